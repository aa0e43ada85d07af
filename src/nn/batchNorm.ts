import tf, { type Tensor } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { constant } from './initializers.js';
import { tensorOf } from './tensorOf.js';

/** What keeps the root from zero where a channel never changes. */
const EPSILON = 1e-3;

/** Mean and variance of each channel, `[c]`. */
export interface Moments {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** A linear map of each channel, `scale · x + shift`, both `[c]`; without a scale it is 1. */
export interface Affine {
  readonly scale?: Tensor;
  readonly shift: Tensor;
}

/** Scale γ and shift β of a batch normalisation (Ioffe & Szegedy 2015): `<name>.gamma`, `<name>.beta`. */
export function batchNormParameters(name: string, channels: number): Named<HostArray> {
  return { [`${name}.gamma`]: constant([channels], 1), [`${name}.beta`]: constant([channels], 0) };
}

/** Moving statistics before any batch was seen: `<name>.mean`, `<name>.variance`. They are no parameters to train. */
export function movingMoments(name: string, channels: number): Named<HostArray> {
  return { [`${name}.mean`]: constant([channels], 0), [`${name}.variance`]: constant([channels], 1) };
}

/** Moments over everything but the channels, which come last. */
export function momentsOf(x: Tensor): Moments {
  const { mean, variance } = tf.moments(
    x,
    Array.from({ length: x.rank - 1 }, (_, axis) => axis),
  );
  return { mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
}

/** √(v + ε), what each channel is divided by, `[c]`. */
export function deviationOf({ variance }: Moments): tf.Tensor1D {
  return tf.sqrt(tf.add(variance, EPSILON));
}

/** (x − m) / √(v + ε) */
export function normalizedBy<X extends Tensor>(x: X, { mean, variance }: Moments): X {
  return tf.mul<X>(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
}

/**
 * γ (x − m) / √(v + ε) + β folded into a scale and a shift: as such it is a part of the convolution before it. By the moments of a
 * batch or, without them, by the moving ones `<statistics>.mean` and `<statistics>.variance`.
 */
export function batchNormAffine(
  parameters: Named<Tensor>,
  name: string,
  {
    moments,
    statistics = name,
    epsilon = EPSILON,
  }: { readonly moments?: Moments; readonly statistics?: string; readonly epsilon?: number },
): Affine {
  const { mean, variance } = moments ?? {
    mean: tensorOf(parameters, `${statistics}.mean`),
    variance: tensorOf(parameters, `${statistics}.variance`),
  };
  const scale = tf.mul(tensorOf(parameters, `${name}.gamma`), tf.rsqrt(tf.add(variance, epsilon)));
  return { scale, shift: tf.sub(tensorOf(parameters, `${name}.beta`), tf.mul(mean, scale)) };
}
