import tf, { type Scalar, type Tensor } from '../backend/tf.js';

/** Settings of an optimizer; the learning rate is fed with every step so that schedules need no new program. */
export type OptimizerSpec =
  | { readonly kind: 'sgd'; readonly momentum?: number }
  | {
      readonly kind: 'rmsprop';
      readonly decay?: number;
      readonly momentum?: number;
      readonly epsilon?: number;
    }
  | { readonly kind: 'adam'; readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number }
  | {
      readonly kind: 'adamw';
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      readonly weightDecay?: number;
    };

/** Reads and writes one variable's optimizer state; created with zeros on first use. */
export interface Slots {
  get(slot: string): Tensor;
  set(slot: string, value: Tensor): void;
}

/** The values that a variable's update needs besides its gradient. */
export interface Update {
  readonly value: Tensor;
  readonly gradient: Tensor;
  readonly learningRate: Scalar;
  /** Number of this step, from 1. */
  readonly step: Scalar;
  readonly slots: Slots;
}

/** Settings with their defaults filled in. */
export type FullOptimizerSpec =
  | { readonly kind: 'sgd'; readonly momentum: number }
  | { readonly kind: 'rmsprop'; readonly decay: number; readonly momentum: number; readonly epsilon: number }
  | {
      readonly kind: 'adam';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    };

/**
 * `spec` with its defaults; Adam is AdamW without decay. Its betas are those that float32 holds: else 1 − β, which TensorFlow
 * computes in float32, would not match the correction for the moments' start.
 */
export function withDefaults(spec: OptimizerSpec): FullOptimizerSpec {
  switch (spec.kind) {
    case 'sgd':
      return { kind: 'sgd', momentum: spec.momentum ?? 0 };
    case 'rmsprop':
      return {
        kind: 'rmsprop',
        decay: spec.decay ?? 0.9,
        momentum: spec.momentum ?? 0,
        epsilon: spec.epsilon ?? 1e-7,
      };
    case 'adam':
    case 'adamw': {
      const adamw = spec.kind === 'adamw';
      return {
        kind: 'adam',
        beta1: Math.fround(spec.beta1 ?? 0.9),
        beta2: Math.fround(spec.beta2 ?? 0.999),
        epsilon: spec.epsilon ?? (adamw ? 1e-8 : 1e-7),
        weightDecay: adamw ? (spec.weightDecay ?? 0.01) : 0,
      };
    }
  }
}

/** The value after one step of `spec`, written with plain ops: the reference for the fused form. */
export function updated(spec: OptimizerSpec, update: Update): Tensor {
  const full = withDefaults(spec);
  switch (full.kind) {
    case 'sgd':
      return sgd(update, full.momentum);
    case 'rmsprop':
      return rmsprop(update, full.decay, full.momentum, full.epsilon);
    case 'adam':
      return adam(update, full.beta1, full.beta2, full.epsilon, full.weightDecay);
  }
}

function sgd({ value, gradient, learningRate, slots }: Update, momentum: number): Tensor {
  if (momentum === 0) return tf.sub(value, tf.mul(gradient, learningRate));
  const velocity = tf.add(tf.mul(slots.get('velocity'), momentum), gradient);
  slots.set('velocity', velocity);
  return tf.sub(value, tf.mul(velocity, learningRate));
}

/** Tieleman & Hinton 2012, with the epsilon inside the root as in TensorFlow. */
function rmsprop(
  { value, gradient, learningRate, slots }: Update,
  decay: number,
  momentum: number,
  epsilon: number,
): Tensor {
  const square = tf.add(tf.mul(slots.get('square'), decay), tf.mul(tf.square(gradient), 1 - decay));
  slots.set('square', square);
  const scaled = tf.div(tf.mul(gradient, learningRate), tf.sqrt(tf.add(square, epsilon)));
  if (momentum === 0) return tf.sub(value, scaled);
  const velocity = tf.add(tf.mul(slots.get('velocity'), momentum), scaled);
  slots.set('velocity', velocity);
  return tf.sub(value, velocity);
}

/** How much of a moving average with this decay has filled after `step` steps: 1 − βᵗ, without its loss of digits near 0. */
export function warmth(beta: number, step: Scalar): Scalar {
  return tf.neg(tf.expm1(tf.mul(step, Math.log(beta)))) as Scalar;
}

/** Kingma & Ba 2015; decoupled decay as Loshchilov & Hutter 2019 (before the step, scaled by the learning rate). */
function adam(
  { value, gradient, learningRate, step, slots }: Update,
  beta1: number,
  beta2: number,
  epsilon: number,
  weightDecay: number,
): Tensor {
  const first = tf.add(tf.mul(slots.get('first'), beta1), tf.mul(gradient, 1 - beta1));
  const second = tf.add(tf.mul(slots.get('second'), beta2), tf.mul(tf.square(gradient), 1 - beta2));
  slots.set('first', first);
  slots.set('second', second);
  const firstHat = tf.div(first, warmth(beta1, step));
  const secondHat = tf.div(second, warmth(beta2, step));
  const move = tf.div(tf.mul(firstHat, learningRate), tf.add(tf.sqrt(secondHat), epsilon));
  const kept = weightDecay === 0 ? value : tf.mul(value, tf.sub(1, tf.mul(learningRate, weightDecay)));
  return tf.sub(kept, move);
}
