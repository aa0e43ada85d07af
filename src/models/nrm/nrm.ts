import type { Affine } from '../../nn/batchNorm.js';
import { dense, denseParameters } from '../../nn/dense.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { FrameShape } from '../videoModel.js';
import {
  type DrawnMap,
  downwardNames,
  downwardParameters,
  downwardStatistics,
  normalizeDown,
  type RenderingOptions,
} from './downward.js';
import { type InferenceOptions, inferLayer, type LayerInference, type Switches } from './inference.js';
import { layerParameters, layersOf, movingNames, type NrmLayer } from './layers.js';
import type { NrmConfig } from './nrmConfig.js';
import { type Rendering, renderLayer } from './rendering.js';

/** What the way up finds in images, before they are compared with the templates. */
export interface WayUp {
  /** ψ_L as templates are compared with it, `[n, features]`. */
  readonly features: tf.Tensor2D;
  /** From the image up. */
  readonly layers: readonly LayerInference[];
}

/** What the way up finds in images. */
export interface Inference extends WayUp {
  /** `[n, classes]`; their softmax is the class posterior. */
  readonly logits: tf.Tensor2D;
}

/** Switches of all layers and the scales they were found with: with a template, all that an image is rendered from. */
export interface RenderingPath {
  readonly switches: readonly Switches[];
  readonly affines: readonly Affine[];
}

/** A convolutional classifier and the renderer that it inverts, over the same parameters. */
export interface Nrm {
  readonly config: NrmConfig;
  readonly image: FrameShape;
  readonly layers: readonly NrmLayer[];
  /** Values of the vector that is compared with the templates. */
  readonly features: number;
  parameters(seed: number): Named<HostArray>;
  /** Names among the parameters that follow the data and are not trained: moving statistics. */
  readonly statistics: readonly string[];
  /** Images `[n, height, width, channels]` in [0, 1], bottom-up. */
  forward(parameters: Named<Tensor>, x: Tensor4D, options?: InferenceOptions): Inference;
  /** The same but for the logits: needs no templates. */
  climb(parameters: Named<Tensor>, x: Tensor4D, options?: InferenceOptions): WayUp;
  /** Templates `[n, features]` and as many switches, top-down with the same weights. */
  render(
    parameters: Named<Tensor>,
    template: Tensor,
    path: RenderingPath,
    options?: RenderingOptions,
  ): Rendering;
  /** Templates μ of classes, from weights of them `[n, classes]` (one-hot, or a posterior) → `[n, features]`. */
  templates(parameters: Named<Tensor>, classes: Tensor): tf.Tensor2D;
}

/**
 * Neural rendering model (Ho, Nguyen, Patel, Anandkumar, Jordan & Baraniuk, arXiv 1811.02657). An image of class y is rendered
 * from its template, h_L = μ_y, down through layers that switch units off, put each value at one place of a window, and draw
 * with the transposed convolution: `h_{ℓ−1} = W_ℓᵀ (a_ℓ ⊙ unpool_t(h_ℓ))`, x ~ N(h₀, σ²). The switches that explain an image
 * best are those that the convolutional network `ψ_ℓ = MaxPool(ReLU(W_ℓ ψ_{ℓ−1} + b_ℓ))` finds on its way up, and with them
 * `⟨x, h₀⟩ + Σ ⟨b_ℓ, u_ℓ⟩ = ⟨ψ_L, μ_y⟩`.
 *
 * Batch normalisation is folded: W and b of the theory are γ W / σ and β − γ m / σ, from the moments of the batch while
 * training. Dropout counts as switches. With both the identity above holds as it stands; it does not with `rendering` other than
 * folded.
 * @throws UsageError when the images are too small for the network, RangeError when only the way down is normalised
 */
export function nrm(config: NrmConfig, image: FrameShape): Nrm {
  const layers = layersOf(config, image);
  const { height, width, channels } = layers.at(-1)!.output;
  const pooled = config.globalPooling === 'mean';
  if (config.rendering === 'normalized' && config.normalization !== 'batch')
    throw new RangeError(
      'maps are normalised on the way down (rendering: normalized) only where they are on the way up',
    );
  const features = pooled ? channels : height * width * channels;

  const climb: Nrm['climb'] = (parameters, x, options = {}) => {
    const found: LayerInference[] = [];
    layers.forEach((layer, index) => {
      const below = found.at(-1)?.map ?? x;
      const [affine, feedback] = [options.affines?.[index], options.feedback?.[index]];
      found.push(inferLayer(layer, config, parameters, below, options, affine, feedback));
    });
    const map = found.at(-1)!.map;
    const vectors = (pooled ? tf.mean(map, [1, 2]) : tf.reshape(map, [-1, features])) as tf.Tensor2D;
    return { features: vectors, layers: found };
  };

  return {
    config,
    image,
    layers,
    features,

    parameters(seed) {
      const all = denseParameters('classifier', features, config.classes, seed);
      for (const layer of layers) Object.assign(all, layerParameters(layer, config, seed));
      return Object.assign(all, downwardParameters(config, layers, image));
    },

    statistics: [
      ...layers.flatMap((layer) => movingNames(layer, config)),
      ...downwardStatistics(config, layers),
    ],

    climb,

    forward(parameters, x, options) {
      const found = climb(parameters, x, options);
      return { logits: dense(parameters, 'classifier', found.features) as tf.Tensor2D, ...found };
    },

    render(parameters, template, { switches, affines }, { training, downward } = {}) {
      const count = template.shape[0];
      const spreadTop = (vectors: Tensor): Tensor4D =>
        pooled
          ? tf.tile(tf.reshape(tf.div(vectors, height * width), [count, 1, 1, channels]), [
              1,
              height,
              width,
              1,
            ])
          : tf.reshape(vectors, [count, height, width, channels]);
      const names = downwardNames(config, layers);
      const normalize = (linear: Tensor4D, at: number) =>
        normalizeDown(parameters, names[at], linear, { training, affine: downward?.[at] });
      const drawTop = (): DrawnMap => {
        if (names.length === 0 || !pooled) return normalize(spreadTop(template), layers.length);
        const vectors = normalize(tf.reshape(template, [count, 1, 1, channels]), layers.length);
        return { ...vectors, map: spreadTop(vectors.map) };
      };
      const drawn = [drawTop()];
      const units: Tensor4D[] = [];
      for (let index = layers.length - 1; index >= 0; index--) {
        const { map } = drawn[0]!;
        const layer = renderLayer(layers[index]!, config, parameters, map, switches[index]!, affines[index]!);
        units.unshift(layer.units);
        drawn.unshift(normalize(layer.below, index));
      }
      const [{ map: image }, ...maps] = drawn as [DrawnMap, ...DrawnMap[]];
      return { image, maps: maps.map(({ map }) => map), units, drawn };
    },

    templates: (parameters, classes) =>
      tf.matMul(classes, tensorOf(parameters, 'classifier.weight'), false, true) as tf.Tensor2D,
  };
}

/** The path that an inference found. */
export function pathOf({ layers }: Inference): RenderingPath {
  return {
    switches: layers.map(({ switches }) => switches),
    affines: layers.map(({ affine }) => affine),
  };
}

/** η of each image, `[n]`: Σ_ℓ ⟨b_ℓ, u_ℓ⟩ over the rendered units, the logarithm of the prior of the switches but for its norm. */
export function pathScore({ units }: Rendering, { affines }: RenderingPath): tf.Tensor1D {
  const scores = units.map((layer, index) => tf.sum(tf.mul(layer, affines[index]!.shift), [1, 2, 3]));
  return tf.addN(scores) as tf.Tensor1D;
}
