import {
  type Affine,
  batchNormAffine,
  batchNormParameters,
  type Moments,
  momentsOf,
  movingMoments,
} from '../../nn/batchNorm.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { FrameShape } from '../videoModel.js';
import type { NrmLayer } from './layers.js';
import type { NrmConfig } from './nrmConfig.js';

/** Smaller than on the way up: what a template is first drawn to, spread over a map, has variances of 1e-4. */
const EPSILON = 1e-5;

export interface RenderingOptions {
  /** Normalise on the way down by the moments of this batch. */
  readonly training?: boolean;
  /** Normalise with these scales and shifts, the image's first: those that another batch was rendered with. */
  readonly downward?: readonly Affine[];
}

/** A map that was drawn, normalised where the model does that on the way down. */
export interface DrawnMap {
  readonly map: Tensor4D;
  /** As the transposed convolution has drawn it. */
  readonly linear: Tensor4D;
  readonly affine?: Affine;
  /** Moments of `linear`, where they were used. */
  readonly moments?: Moments;
}

/**
 * What is normalised on the way down, by name, the image first: batch normalisation of what each transposed convolution draws, as
 * in the authors' code for arXiv 1811.02657, with a scale and a shift of its own; of a template before it is spread over its map.
 * Without it, every layer down draws more faintly than the one above, and after nine of them nothing is left for moment matching
 * to compare.
 */
export function downwardNames(config: NrmConfig, layers: readonly NrmLayer[]): string[] {
  if (config.rendering !== 'normalized') return [];
  return ['picture.down', ...layers.map(({ name }) => `${name}.down`)];
}

/** First values of what normalises on the way down. */
export function downwardParameters(
  config: NrmConfig,
  layers: readonly NrmLayer[],
  { channels }: FrameShape,
): Named<HostArray> {
  const widths = [channels, ...layers.map(({ filters }) => filters)];
  const all: Named<HostArray> = {};
  downwardNames(config, layers).forEach((name, index) => {
    Object.assign(all, batchNormParameters(name, widths[index]!), movingMoments(name, widths[index]!));
  });
  return all;
}

/** Names of the moving statistics among them. */
export function downwardStatistics(config: NrmConfig, layers: readonly NrmLayer[]): string[] {
  return downwardNames(config, layers).flatMap((name) => [`${name}.mean`, `${name}.variance`]);
}

/** A drawn map with its normalisation; `name` is undefined where the model has none. */
export function normalizeDown(
  parameters: Named<Tensor>,
  name: string | undefined,
  linear: Tensor4D,
  { training, affine: given }: { readonly training?: boolean; readonly affine?: Affine } = {},
): DrawnMap {
  if (name === undefined) return { map: linear, linear };
  const moments = training && !given ? momentsOf(linear) : undefined;
  const affine = given ?? batchNormAffine(parameters, name, { moments, epsilon: EPSILON });
  const map: Tensor4D = tf.add(tf.mul(linear, affine.scale!), affine.shift);
  return { map, linear, affine, moments };
}
