import { Random } from '../common/random.js';
import type { HostArray } from '../tensorflow/spec/program.js';

/** Uniform in ±√(6 / (fanIn + fanOut)) (Glorot & Bengio 2010), for float32 weights of any shape. */
export function glorotUniform(
  shape: readonly number[],
  fanIn: number,
  fanOut: number,
  random: Random,
): HostArray {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  // 32 random bits are more than a float32 holds, and half the work of `uniform` for tens of millions of weights.
  return { shape, data: fill(shape, () => (random.uint32() / 2 ** 31 - 1) * limit) };
}

/** Uniform in ±√(6 / fanIn) (He, Zhang, Ren & Sun 2015): behind it a ReLU keeps the size of what passes, however deep the network. */
export function heUniform(shape: readonly number[], fanIn: number, random: Random): HostArray {
  return glorotUniform(shape, fanIn, 0, random);
}

export function constant(shape: readonly number[], value: number): HostArray {
  return { shape, data: fill(shape, () => value) };
}

/** Each weight draws from a stream that is named after it, so that a new layer does not change the first values of others. */
export function randomFor(seed: number, name: string): Random {
  return Random.for(seed, `weights ${name}`);
}

/** Bias of an LSTM's gates: a forget gate that starts open lets gradients through from the first step on (Jozefowicz et al. 2015). */
export function gateBias(units: number): HostArray {
  let place = 0;
  const isForget = () => Math.floor(place++ / units) === 1;
  return { shape: [4 * units], data: fill([4 * units], () => (isForget() ? 1 : 0)) };
}

let shapesOnly = false;

/** Within `body`, weights have shapes but no values: for computing how large a network would be. */
export function withShapesOnly<T>(body: () => T): T {
  shapesOnly = true;
  try {
    return body();
  } finally {
    shapesOnly = false;
  }
}

function fill(shape: readonly number[], value: () => number): Float32Array {
  if (shapesOnly) return new Float32Array(0);
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < data.length; i++) data[i] = value();
  return data;
}
