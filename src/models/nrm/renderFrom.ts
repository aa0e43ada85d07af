import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import { downwardNames, normalizeDown } from './downward.js';
import type { Switches } from './inference.js';
import type { Nrm, RenderingPath } from './nrm.js';
import { renderLayer } from './rendering.js';

/**
 * The image that a map of one layer is drawn as, `h_{ℓ−1} = W_ℓᵀ (a_ℓ ⊙ unpool_t(h_ℓ))` down to h₀: what the way up has kept of
 * an image so far is seen when its ψ is drawn with its own switches.
 * @param map of the shape of layer `index`'s ψ
 * @param index of the layer that draws it, from 0 at the image
 */
export function renderFrom(
  model: Nrm,
  parameters: Named<Tensor>,
  map: Tensor4D,
  index: number,
  { switches, affines }: RenderingPath,
): Tensor4D {
  const { layers, config } = model;
  const names = downwardNames(config, layers);
  let h = map;
  for (let at = index; at >= 0; at--) {
    const { below } = renderLayer(layers[at]!, config, parameters, h, switches[at]!, affines[at]!);
    h = normalizeDown(parameters, names[at], below).map;
  }
  return h;
}

/** Switches of `count` images with every unit on and every place of a window drawn: they render with the transposed network. */
export function everythingOn({ layers }: Nrm, count: number): Switches[] {
  return layers.map(({ pool, full, output }) => {
    const ones = ({ height, width, channels }: typeof full): Tensor4D =>
      tf.ones([count, height, width, channels]);
    return pool?.kind === 'max' ? { active: ones(output), winners: ones(full) } : { active: ones(full) };
  });
}

/**
 * How many rendering paths are active in each image, `[n]`: ways from a value of the template down to a pixel on which every
 * unit is on and every place is the one that won. (The generalisation bound of Ho et al., arXiv 1811.02657, grows with their
 * number.) Counted by rendering ones with ones for filters; a leaking unit counts as off, and a window of mean-pooling as one way.
 */
export function countPaths(
  model: Nrm,
  { switches }: { readonly switches: readonly Switches[] },
): tf.Tensor1D {
  const { layers, config } = model;
  const { height, width, channels } = layers.at(-1)!.output;
  const ones: Named<Tensor> = {};
  for (const { name, kernel, input, filters } of layers)
    ones[`${name}.weight`] = tf.ones([kernel, kernel, input.channels, filters]);
  const shut = switches.map(({ active, winners }) => ({
    active: tf.cast(tf.greater(active, 0.5), 'float32') as Tensor4D,
    winners,
  }));
  const affines = layers.map(() => ({ shift: tf.scalar(0) }));
  const count = switches[0]!.active.shape[0];
  const top: Tensor4D = tf.ones([count, height, width, channels]);
  const plain = { ...model, config: { ...config, normalization: 'bias', rendering: 'folded' } } as Nrm;
  const drawn = renderFrom(plain, ones, top, layers.length - 1, { switches: shut, affines });
  return tf.sum(drawn, [1, 2, 3]);
}
