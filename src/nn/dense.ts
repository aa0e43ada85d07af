import tf, { type Tensor } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { constant, glorotUniform, randomFor } from './initializers.js';
import { tensorOf } from './tensorOf.js';

export function denseParameters(name: string, inputs: number, units: number, seed: number): Named<HostArray> {
  return {
    [`${name}.weight`]: glorotUniform([inputs, units], inputs, units, randomFor(seed, name)),
    [`${name}.bias`]: constant([units], 0),
  };
}

/** Fully connected layer: `[n, inputs]` to `[n, units]`, linear. */
export function dense(parameters: Named<Tensor>, name: string, x: Tensor): Tensor {
  return tf.add(tf.matMul(x, tensorOf(parameters, `${name}.weight`)), tensorOf(parameters, `${name}.bias`));
}
