import tf, { type Tensor, type Tensor4D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import {
  batchNormAffine,
  batchNormParameters,
  type Moments,
  momentsOf,
  movingMoments,
  normalizedBy,
} from './batchNorm.js';
import type { ConvolutionShape } from './convolution.js';
import { constant, heUniform, randomFor } from './initializers.js';
import { tensorOf } from './tensorOf.js';

/** What is added to a convolution: a bias, or batch normalisation with its moving statistics. */
export type Normalization = 'batch' | 'bias';

/**
 * First values of a convolution before a ReLU: `<name>.weight` (He et al. 2015), and `<name>.bias` or the scale, shift and moving
 * statistics of a batch normalisation.
 */
export function normalizedConvolutionParameters(
  name: string,
  { kernel, inputs, filters }: ConvolutionShape,
  normalization: Normalization,
  seed: number,
): Named<HostArray> {
  const shape = [kernel, kernel, inputs, filters];
  return {
    [`${name}.weight`]: heUniform(shape, kernel * kernel * inputs, randomFor(seed, name)),
    ...(normalization === 'bias'
      ? { [`${name}.bias`]: constant([filters], 0) }
      : { ...batchNormParameters(name, filters), ...movingMoments(name, filters) }),
  };
}

/** Names of the moving statistics among them. */
export function normalizedConvolutionStatistics(name: string, normalization: Normalization): string[] {
  return normalization === 'bias' ? [] : [`${name}.mean`, `${name}.variance`];
}

/** A convolution whose shift is still to be added: a maximum commutes with it, and there is less to add after pooling. */
export interface NormalizedConvolution {
  /** `[n, height, width, filters]` */
  readonly scaled: Tensor4D;
  /** `[filters]` */
  readonly shift: Tensor;
  /** Of this batch, by the names of the statistics that follow them; only with `training`. */
  readonly moments: Named<Tensor>;
}

export interface NormalizationOptions {
  readonly normalization: Normalization;
  /** Normalise by the moments of this batch. */
  readonly training?: boolean;
  /**
   * Of the convolution. Above 1, the map is padded by half a kernel on all sides, as is usual outside TensorFlow: the windows lie
   * around every `stride`-th pixel, from the first one on.
   */
  readonly stride?: number;
  /** Gives what goes on in place of the normalised map, before scale and shift; with moments of this batch only. */
  readonly change?: ((normalized: Tensor4D, moments: Moments) => Tensor) | undefined;
  /** With stride 1: whether the map keeps its size, with zeros around it (the default), or loses a border. */
  readonly padding?: 'same' | 'valid';
}

/** Convolution and normalisation of `x`, `[n, height, width, inputs]`. */
export function normalizedConvolution(
  parameters: Named<Tensor>,
  name: string,
  x: Tensor4D,
  { normalization, training = false, stride = 1, padding = 'same', change }: NormalizationOptions,
): NormalizedConvolution {
  const weight = tensorOf<Tensor4D>(parameters, `${name}.weight`);
  if (normalization === 'bias') {
    const shift = tensorOf(parameters, `${name}.bias`);
    return { scaled: convolve(x, weight, stride, padding), shift, moments: {} };
  }
  if (!training) {
    // Moving statistics are known before: scaled weights are fewer numbers than a scaled map.
    const { scale, shift } = batchNormAffine(parameters, name, {});
    return { scaled: convolve(x, tf.mul(weight, scale!), stride, padding), shift, moments: {} };
  }
  const linear = convolve(x, weight, stride, padding);
  const moments = momentsOf(linear);
  const named = { [`${name}.mean`]: moments.mean, [`${name}.variance`]: moments.variance };
  if (change) {
    const changed = change(normalizedBy(linear, moments), moments);
    const scaled = tf.mul<Tensor4D>(changed, tensorOf(parameters, `${name}.gamma`));
    return { scaled, shift: tensorOf(parameters, `${name}.beta`), moments: named };
  }
  const { scale, shift } = batchNormAffine(parameters, name, { moments });
  return { scaled: tf.mul(linear, scale!), shift, moments: named };
}

function convolve(x: Tensor4D, weight: Tensor4D, stride: number, padding: 'same' | 'valid'): Tensor4D {
  if (stride === 1) return tf.conv2d(x, weight, 1, padding);
  const around = Math.floor(weight.shape[0] / 2);
  const padded = tf.pad(x, [
    [0, 0],
    [around, around],
    [around, around],
    [0, 0],
  ]) as Tensor4D;
  return tf.conv2d(padded, weight, stride, 'valid');
}
