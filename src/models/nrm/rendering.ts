import type { Affine } from '../../nn/batchNorm.js';
import { spread, unpool } from '../../nn/pooling.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { DrawnMap } from './downward.js';
import type { Switches } from './inference.js';
import type { NrmLayer } from './layers.js';
import type { NrmConfig } from './nrmConfig.js';

/** What the way down draws. */
export interface Rendering {
  /** h₀, `[n, height, width, channels]`. */
  readonly image: Tensor4D;
  /** h of each layer, of the shape of its ψ; the last is the template, spread over the map. */
  readonly maps: readonly Tensor4D[];
  /** h₀ and `maps` by layer with how they were normalised on the way down, the image first. */
  readonly drawn: readonly DrawnMap[];
  /** a ⊙ h of each layer, what is left of h when units that are off have been switched off: the values of u that are not 0. */
  readonly units: readonly Tensor4D[];
}

/** One layer down: what it is to draw, h, to its units and to the map below, `Wᵀ (a ⊙ unpool(h))`. */
export function renderLayer(
  layer: NrmLayer,
  config: NrmConfig,
  parameters: Named<Tensor>,
  h: Tensor4D,
  switches: Switches,
  affine: Affine,
): { units: Tensor4D; below: Tensor4D } {
  const { input } = layer;
  const { units, codes } = switchUnits(layer, config, h, switches, affine);
  const below = tf.conv2dTranspose(
    codes,
    tensorOf<Tensor4D>(parameters, `${layer.name}.weight`),
    [h.shape[0], input.height, input.width, input.channels],
    1,
    layer.padding,
  );
  return { units, below };
}

/**
 * What a layer draws with, from what it is to draw, h: `units`, a ⊙ h, and `codes`, what its filters are multiplied with at each
 * place, u = scale · a ⊙ unpool(h), of the full map's shape.
 */
export function switchUnits(
  { pool, full }: NrmLayer,
  config: NrmConfig,
  h: Tensor4D,
  { active, winners, kept }: Switches,
  { scale }: Affine,
): { units: Tensor4D; codes: Tensor4D } {
  const undropped: Tensor4D = kept ? tf.mul(h, kept) : h;
  const placed: Tensor4D =
    pool?.kind === 'mean' ? spread(undropped, pool.size, full.height, full.width) : undropped;
  const units: Tensor4D = tf.mul(placed, active);
  // Scaled before it is unpooled: a quarter of the values.
  const scaled: Tensor4D = scale && config.rendering === 'folded' ? tf.mul(units, scale) : units;
  const codes = winners && pool ? unpool(scaled, winners, pool.size) : scaled;
  return { units, codes };
}
