import { type Affine, type Moments, momentsOf } from '../../nn/batchNorm.js';
import { dropoutMask } from '../../nn/dropout.js';
import { maxPooling, meanPooling, poolingWinners } from '../../nn/pooling.js';
import { stopGradient } from '../../nn/stopGradient.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import { affineOf, type Branch, type NrmLayer } from './layers.js';
import type { NrmConfig } from './nrmConfig.js';

/** Slope of LeakyReLU where it leaks. */
export const LEAK = 0.1;

/** The switches that a layer chose on the way up, for the way down; all constants. */
export interface Switches {
  /** a: 1 where the unit is on, else 0, or 0.1 under LeakyReLU. Of the pooled map's shape with max-pooling, else the full one's. */
  readonly active: Tensor4D;
  /** t: 1 at the one place of each window that won, of the full map's shape; with max-pooling only. */
  readonly winners?: Tensor4D;
  /** Dropout's part: 0 for units that were dropped, 1 / (1 − dropout) for the others; of the pooled map's shape. */
  readonly kept?: Tensor4D;
}

export interface InferenceOptions {
  /** Normalise by the moments of this batch, and drop units. */
  readonly training?: boolean;
  /** Drop nothing although this is training. */
  readonly keepAll?: boolean;
  /** Maxima, or minima: min(·, 0) and min-pooling. */
  readonly activation?: Branch;
  /** Draws for dropout: `step.randomUniform`. Needed to train where a layer drops units. */
  readonly randomUniform?: (shape: readonly number[]) => Tensor;
  /** Use these scales and shifts instead of the layers' own: those that another batch was normalised with. */
  readonly affines?: readonly Affine[];
  /** What else each layer adds to its convolution, before pooling, from the image up: what a past says (see `dynamicNrm`). */
  readonly feedback?: readonly Tensor4D[];
}

/** The results of the way up, layer by layer. */
export interface LayerInference {
  /** ψ: the layer's output. */
  readonly map: Tensor4D;
  readonly switches: Switches;
  /** What was added to its convolution. */
  readonly affine: Affine;
  /** Moments of this batch, where batch normalisation has used them. */
  readonly moments?: Moments;
}

/** ψ = dropout(pool(activation(scale · (W ∗ x) + feedback + shift))), and how it came about. */
export function inferLayer(
  layer: NrmLayer,
  config: NrmConfig,
  parameters: Named<Tensor>,
  x: Tensor4D,
  options: InferenceOptions,
  given?: Affine,
  feedback?: Tensor4D,
): LayerInference {
  const branch = options.activation ?? 'max';
  const linear = tf.conv2d(x, tensorOf<Tensor4D>(parameters, `${layer.name}.weight`), 1, layer.padding);
  const fromBatch = options.training && config.normalization === 'batch' && !given;
  const moments = fromBatch ? momentsOf(linear) : undefined;
  const affine = given ?? affineOf(layer, config, parameters, branch, moments);
  const chosen = choose(layer, config, linear, affine, branch, feedback);
  if (!options.training || options.keepAll || layer.dropout === 0) return { ...chosen, affine, moments };
  const kept = dropoutMask<Tensor4D>(chosen.map.shape, layer.dropout, options.randomUniform);
  return { map: tf.mul(chosen.map, kept), switches: { ...chosen.switches, kept }, affine, moments };
}

/** Activation and pooling. The minimum of x is what the maximum of −x is, turned back. */
function choose(
  { pool }: NrmLayer,
  config: NrmConfig,
  linear: Tensor4D,
  { scale, shift }: Affine,
  branch: Branch,
  feedback?: Tensor4D,
): { map: Tensor4D; switches: Switches } {
  const turned = <T extends Tensor>(x: T): T => (branch === 'max' ? x : tf.neg(x));
  const own: Tensor4D = scale ? tf.mul(linear, scale) : linear;
  const scaled = turned(feedback ? tf.add(own, feedback) : own) as Tensor4D;
  const offset = turned(shift);
  if (pool?.kind !== 'max') {
    const { value, active } = activate(tf.add(scaled, offset), config);
    return { map: turned(pool ? meanPooling(value, pool.size) : value), switches: { active } };
  }
  // Shift and activation keep the order, so they can wait until there is a quarter of the values.
  const pooled = maxPooling(scaled, pool.size);
  const winners = poolingWinners(scaled, pooled, pool.size);
  const { value, active } = activate(tf.add(pooled, offset), config);
  return { map: turned(value), switches: { active, winners } };
}

function activate(x: Tensor4D, { activation }: NrmConfig): { value: Tensor4D; active: Tensor4D } {
  const value: Tensor4D = activation === 'relu' ? tf.relu(x) : tf.leakyRelu(x, LEAK);
  // Computed from the value, not from x, with the same result: TensorFlow can then fuse convolution, bias and ReLU.
  const on: Tensor4D = tf.cast(tf.greater(stopGradient(value), 0), 'float32');
  return { value, active: activation === 'relu' ? on : tf.add(tf.mul(on, 1 - LEAK), LEAK) };
}
