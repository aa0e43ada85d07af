import tf, { type Tensor4D, type Tensor5D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { gateBias, glorotUniform, randomFor } from './initializers.js';
import { lstmCell, lstmStart } from './lstm.js';
import { tensorOf } from './tensorOf.js';

export interface ConvolutionalLstmShape {
  readonly kernel: number;
  readonly inputs: number;
  readonly channels: number;
}

/** Activity at one moment, each `[batch, height, width, channels]`. */
export interface ConvolutionalLstmState {
  readonly h: Tensor4D;
  readonly c: Tensor4D;
}

/** Weights of a convolutional LSTM (Shi et al. 2015, without peepholes); gates in the order input, forget, cell, output. */
export function convolutionalLstmParameters(
  name: string,
  { kernel, inputs, channels }: ConvolutionalLstmShape,
  seed: number,
): Named<HostArray> {
  const area = kernel * kernel;
  const weights = (part: string, from: number) =>
    glorotUniform(
      [kernel, kernel, from, 4 * channels],
      area * from,
      area * channels,
      randomFor(seed, `${name}.${part}`),
    );
  return {
    [`${name}.input`]: weights('input', inputs),
    [`${name}.recurrent`]: weights('recurrent', channels),
    [`${name}.bias`]: gateBias(channels),
  };
}

/** Those of the weights that a first step needs: all but the recurrent ones. */
export function startParameters(name: string, shape: ConvolutionalLstmShape, seed: number): Named<HostArray> {
  const { [`${name}.recurrent`]: _, ...rest } = convolutionalLstmParameters(name, shape, seed);
  return rest;
}

/** The first step, `x` `[batch, height, width, inputs]`, with nothing to remember: what `convolutionalLstm` gives from zeros. */
export function convolutionalLstmStart(
  parameters: Named<tf.Tensor>,
  name: string,
  x: Tensor4D,
): ConvolutionalLstmState {
  const projected = tf.conv2d(x, tensorOf<Tensor4D>(parameters, `${name}.input`), 1, 'same');
  return lstmStart<Tensor4D>(tf.add(projected, tensorOf(parameters, `${name}.bias`)));
}

/** Run over `x`, `[batch, time, height, width, inputs]`, from `state`; returns the state after every step. */
export function convolutionalLstm(
  parameters: Named<tf.Tensor>,
  name: string,
  x: Tensor5D,
  state: ConvolutionalLstmState,
): ConvolutionalLstmState[] {
  const [batch, time, height, width, inputs] = x.shape;
  const flat = tf.reshape(x, [batch * time, height, width, inputs]) as Tensor4D;
  // The input's share of all gates at all times is one large convolution: faster than one per step.
  const projected = tf.add(
    tf.conv2d(flat, tensorOf<Tensor4D>(parameters, `${name}.input`), 1, 'same'),
    tensorOf(parameters, `${name}.bias`),
  );
  const perStep = tf.unstack(tf.reshape(projected, [batch, time, height, width, -1]), 1) as Tensor4D[];
  const recurrent = tensorOf<Tensor4D>(parameters, `${name}.recurrent`);
  const states: ConvolutionalLstmState[] = [];
  let { h, c } = state;
  for (const input of perStep) {
    ({ h, c } = lstmCell<Tensor4D>(tf.add(input, tf.conv2d(h, recurrent, 1, 'same')), c));
    states.push({ h, c });
  }
  return states;
}
