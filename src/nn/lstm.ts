import tf, { type Tensor } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { gateBias, glorotUniform, randomFor } from './initializers.js';
import { tensorOf } from './tensorOf.js';

/** Activity of an LSTM at one moment, each `[batch, units]`. */
export interface LstmState {
  readonly h: Tensor;
  readonly c: Tensor;
}

/** Weights of an LSTM (Hochreiter & Schmidhuber 1997, with forget gate); gates in the order input, forget, cell, output. */
export function lstmParameters(name: string, inputs: number, units: number, seed: number): Named<HostArray> {
  return {
    [`${name}.input`]: glorotUniform([inputs, 4 * units], inputs, units, randomFor(seed, `${name}.input`)),
    [`${name}.recurrent`]: glorotUniform(
      [units, 4 * units],
      units,
      units,
      randomFor(seed, `${name}.recurrent`),
    ),
    [`${name}.bias`]: gateBias(units),
  };
}

/** Run over `x`, `[batch, time, inputs]`, from `state`; returns the state after every step. */
export function lstm(parameters: Named<Tensor>, name: string, x: tf.Tensor3D, state: LstmState): LstmState[] {
  const [batch, time, inputs] = x.shape;
  const recurrent = tensorOf(parameters, `${name}.recurrent`);
  // The input's share of all gates at all times is one large product: much faster than one per step.
  const projected = tf.add(
    tf.matMul(tf.reshape(x, [batch * time, inputs]), tensorOf(parameters, `${name}.input`)),
    tensorOf(parameters, `${name}.bias`),
  );
  const perStep = tf.unstack(tf.reshape(projected, [batch, time, -1]), 1);
  const states: LstmState[] = [];
  let { h, c } = state;
  for (const input of perStep) {
    ({ h, c } = lstmCell(tf.add(input, tf.matMul(h, recurrent)), c));
    states.push({ h, c });
  }
  return states;
}

/** One step of an LSTM from the sum of its inputs: `gates` holds input, forget, cell and output along its last axis. */
export function lstmCell<T extends Tensor>(gates: T, before: T): { h: T; c: T } {
  const [i, f, g, o] = tf.split(gates, 4, gates.rank - 1) as [T, T, T, T];
  const c: T = tf.add(tf.mul(tf.sigmoid(f), before), tf.mul(tf.sigmoid(i), tf.tanh(g)));
  return { h: tf.mul(tf.sigmoid(o), tf.tanh(c)), c };
}

/** The first step, where there is nothing to forget: `lstmCell` with a cell of zeros. */
export function lstmStart<T extends Tensor>(gates: T): { h: T; c: T } {
  const [i, , g, o] = tf.split(gates, 4, gates.rank - 1) as [T, T, T, T];
  const c: T = tf.mul(tf.sigmoid(i), tf.tanh(g));
  return { h: tf.mul(tf.sigmoid(o), tf.tanh(c)), c };
}
