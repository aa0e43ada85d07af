import type { HostArray, Named } from '../tensorflow/program.js';
import tf, { type Tensor4D, type Tensor5D } from '../tensorflow/tf.js';
import { gateBias, glorotUniform, randomFor } from './initializers.js';
import { lstmCell } from './lstm.js';

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
    tf.conv2d(flat, parameters[`${name}.input`] as Tensor4D, 1, 'same'),
    parameters[`${name}.bias`]!,
  );
  const perStep = tf.unstack(tf.reshape(projected, [batch, time, height, width, -1]), 1) as Tensor4D[];
  const recurrent = parameters[`${name}.recurrent`] as Tensor4D;
  const states: ConvolutionalLstmState[] = [];
  let { h, c } = state;
  for (const input of perStep) {
    ({ h, c } = lstmCell<Tensor4D>(tf.add(input, tf.conv2d(h, recurrent, 1, 'same')), c));
    states.push({ h, c });
  }
  return states;
}
