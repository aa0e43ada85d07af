import type { Affine } from '../../nn/batchNorm.js';
import { enlarged, maxPooling, meanPooling, poolingWinners } from '../../nn/pooling.js';
import { stopGradient } from '../../nn/stopGradient.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import { type LayerInference, LEAK, type Switches } from './inference.js';
import type { NrmLayer } from './layers.js';
import { type Inference, type Nrm, pathOf, pathScore } from './nrm.js';
import type { NrmConfig } from './nrmConfig.js';

export interface SignedInferenceOptions {
  /** Which class each image is explained as, one-hot `[n, classes]`; by default the likeliest by the logits of `first`. */
  readonly classes?: tf.Tensor2D;
  /** How often the way down and the way up are gone (1). */
  readonly rounds?: number;
}

/**
 * Top-down inference with signed weights, the E-step of the deep rendering mixture (Nguyen, Patel & Baraniuk, arXiv
 * 1612.01936). The bottom-up switches are the best ones where nothing that is rendered is negative. Where it is, a unit should
 * be on, and a place should win, when that makes the sum *smaller*: with s_ℓ the sign of the rendered h_ℓ (+1 where it is 0) and
 * u_ℓ = W_ℓ I_{ℓ−1} + b_ℓ,
 *
 *     â = [s ⊙ u > 0],   t̂ = argmax s ⊙ u,   I_ℓ = s ⊙ MaxPool(ReLU(s ⊙ u)).
 *
 * h is first rendered with the switches of `first`, then after every round with those found last. As h_ℓ depends on the switches
 * above ℓ alone, each layer takes the switches that are best given all the others, so that ⟨x, h₀⟩ + η of the class never falls
 * from round to round; with one layer it is the maximum. A leaking unit leaks where â is 0; with mean-pooling all places of a
 * window have the window's sign.
 *
 * It is the inference of the reading with maxima: `first` has to be one.
 * @param x `[n, height, width, channels]` in [0, 1]
 * @param first what the way up found in `x`; its logits, scales, shifts and dropout are kept
 */
export function signedInference(
  model: Nrm,
  parameters: Named<Tensor>,
  x: Tensor4D,
  first: Inference,
  { classes = likeliest(first.logits), rounds = 1 }: SignedInferenceOptions = {},
): Inference {
  const template = model.templates(parameters, classes);
  let found: Inference = first;
  for (let round = 0; round < rounds; round++) {
    const { maps } = model.render(parameters, template, pathOf(found));
    const layers: LayerInference[] = [];
    model.layers.forEach((layer, index) => {
      const below = layers.at(-1)?.map ?? x;
      const linear = tf.conv2d(
        below,
        tensorOf<Tensor4D>(parameters, `${layer.name}.weight`),
        1,
        layer.padding,
      ) as Tensor4D;
      const before = first.layers[index]!;
      const chosen = chooseSigned(layer, model.config, linear, before.affine, signsOf(maps[index]!));
      layers.push({ ...before, ...droppedAlike(chosen, before.switches) });
    });
    found = { logits: first.logits, features: featuresOf(model, layers.at(-1)!.map), layers };
  }
  return found;
}

/**
 * Logits of the signed E-step, `[n, classes]`: for each class ⟨x, h₀⟩ + η with the switches that are best for that class, plus
 * its bias c_y. Where nothing rendered is negative they are the network's own. Costs a way down and up for every class.
 */
export function signedLogits(model: Nrm, parameters: Named<Tensor>, x: Tensor4D, rounds = 1): tf.Tensor2D {
  const first = model.forward(parameters, x);
  const count = x.shape[0];
  const scores = Array.from({ length: model.config.classes }, (_, label) => {
    const classes = tf.tile(tf.slice(tf.eye(model.config.classes), [label, 0], [1, -1]), [
      count,
      1,
    ]) as tf.Tensor2D;
    const path = pathOf(signedInference(model, parameters, x, first, { classes, rounds }));
    const rendering = model.render(parameters, model.templates(parameters, classes), path);
    return tf.add(tf.sum(tf.mul(x, rendering.image), [1, 2, 3]), pathScore(rendering, path));
  });
  return tf.add(tf.stack(scores, 1), tensorOf(parameters, 'classifier.bias'));
}

/** The switches that suit `signs`, of the pooled map's shape, best. */
function chooseSigned(
  { pool, full }: NrmLayer,
  config: NrmConfig,
  linear: Tensor4D,
  { scale, shift }: Affine,
  signs: Tensor4D,
): { map: Tensor4D; switches: Switches } {
  const scaled: Tensor4D = scale ? tf.mul(linear, scale) : linear;
  if (pool?.kind !== 'max') {
    // +1 where no window reaches, as on the way up.
    const s = pool ? tf.add(enlarged(tf.sub(signs, 1), pool.size, full.height, full.width), 1) : signs;
    const active = switchedOn(tf.mul(s, tf.add(scaled, shift)), config);
    const map: Tensor4D = tf.mul(tf.add(scaled, shift), active);
    return { map: pool ? meanPooling(map, pool.size) : map, switches: { active } };
  }
  // A window has one sign and one shift, so that the shift can wait until its winner is known, as on the way up.
  const turned: Tensor4D = tf.mul(scaled, enlarged(signs, pool.size, full.height, full.width));
  const pooled = maxPooling(turned, pool.size);
  const winners = poolingWinners(turned, pooled, pool.size);
  const u: Tensor4D = tf.add(pooled, tf.mul(signs, shift));
  const active = switchedOn(u, config);
  return { map: tf.mul(signs, tf.mul(u, active)), switches: { active, winners } };
}

/** â: 1 where s ⊙ u is positive, else 0, or what a leaking unit lets through. A constant. */
function switchedOn(turned: Tensor4D, { activation }: NrmConfig): Tensor4D {
  const on: Tensor4D = tf.cast(tf.greater(stopGradient(turned), 0), 'float32');
  return activation === 'relu' ? on : tf.add(tf.mul(on, 1 - LEAK), LEAK);
}

/** +1 where h is positive or 0, −1 where it is negative; a constant. */
function signsOf(h: Tensor4D): Tensor4D {
  return tf.sub(tf.mul(tf.cast(tf.greaterEqual(stopGradient(h), 0), 'float32'), 2), 1);
}

/** Units that were dropped on the way up stay dropped. */
function droppedAlike({ map, switches }: { map: Tensor4D; switches: Switches }, { kept }: Switches) {
  return kept ? { map: tf.mul<Tensor4D>(map, kept), switches: { ...switches, kept } } : { map, switches };
}

function featuresOf({ config, features }: Nrm, map: Tensor4D): tf.Tensor2D {
  return config.globalPooling === 'mean' ? tf.mean(map, [1, 2]) : tf.reshape(map, [-1, features]);
}

function likeliest(logits: tf.Tensor2D): tf.Tensor2D {
  return tf.cast(tf.oneHot(tf.argMax(logits, 1) as tf.Tensor1D, logits.shape[1]), 'float32') as tf.Tensor2D;
}
