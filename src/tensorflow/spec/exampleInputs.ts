import { Random } from '../../common/random.js';
import { required } from '../../common/required.js';
import type { HostArray, InputSpec, Named } from './program.js';

/** Random numbers are repeated after this many: enough that nothing looks constant, and quick to fill. */
const PERIOD = 4099;

/** Kinds of whole numbers to try in turn: an index needs small numbers, a divisor must not be 0. */
const KINDS = {
  bits: (random: Random) => random.integer(2),
  bytes: (random: Random) => random.integer(256),
  divisors: (random: Random) => 1 + random.integer(2),
  ones: () => 1,
  zeros: () => 0,
} as const;

/** Which kind of numbers each input of whole numbers gets. */
export type Kinds = Named<keyof typeof KINDS>;

const TRIED = {
  int32: ['bits', 'divisors', 'ones', 'zeros'],
  uint8: ['bytes', 'bits', 'zeros'],
  float32: [],
} as const;

/** With more inputs of whole numbers than this, all get the same kind. */
const APART = 3;

/** Choices of kinds for an entry's inputs, the likeliest first. An entry may accept one choice and refuse another. */
export function exampleKinds(specs: Named<InputSpec>): Kinds[] {
  const whole = Object.entries(specs).filter(([, { dtype }]) => TRIED[dtype].length > 0);
  const places = whole.length <= APART ? whole.map(([name]) => [name]) : [whole.map(([name]) => name)];
  let choices: Kinds[] = [{}];
  for (const names of places) {
    const [first] = names;
    if (first === undefined) continue;
    const tried = TRIED[required(specs, first).dtype];
    choices = choices.flatMap((chosen) =>
      tried.map((kind) => ({ ...chosen, ...Object.fromEntries(names.map((name) => [name, kind])) })),
    );
  }
  return choices;
}

/** Example values for an entry's inputs: fractions, bytes, and whole numbers of the given kinds. */
export function exampleInputs(specs: Named<InputSpec>, seed: number, kinds: Kinds): Named<HostArray> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, example(spec, Random.for(seed, name), kinds[name])]),
  );
}

function example({ shape, dtype }: InputSpec, random: Random, kind: keyof typeof KINDS = 'bits'): HostArray {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
  const period = Math.min(size, PERIOD);
  for (let i = 0; i < period; i++) data[i] = dtype === 'float32' ? random.uniform() : KINDS[kind](random);
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
