import { Random } from '../common/random.js';
import type { HostArray, InputSpec, Named } from './program.js';

/** Random numbers are repeated after this many: enough that nothing looks constant, and quick to fill. */
const PERIOD = 4099;

/** Example values for an entry's inputs: fractions, bytes, and whole numbers that are valid as the index of anything. */
export function exampleInputs(specs: Named<InputSpec>, seed: number): Named<HostArray> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, example(spec, Random.for(seed, name))]),
  );
}

function example({ shape, dtype }: InputSpec, random: Random): HostArray {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
  const period = Math.min(size, PERIOD);
  for (let i = 0; i < period; i++)
    data[i] = dtype === 'float32' ? random.uniform() : random.integer(dtype === 'uint8' ? 256 : 2);
  for (let i = period; i < size; i += period) data.copyWithin(i, 0, Math.min(period, size - i));
  return { shape, data };
}

/** The variables' values moved a little, so that what depends on them shows. */
export function movedVariables(variables: Named<HostArray>): Named<HostArray> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { shape, data }]) => [name, { shape, data: moved(data) }]),
  );
}

function moved(data: HostArray['data']): HostArray['data'] {
  return data instanceof Float32Array ? data.map((value) => value * 1.015625 + 0.0078125) : data;
}
