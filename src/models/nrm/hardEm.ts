import { choleskyFactor } from '../../common/cholesky.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { NrmLayer } from './layers.js';
import { type Inference, type Nrm, pathOf } from './nrm.js';
import { switchUnits } from './rendering.js';
import { signedInference } from './signedInference.js';

export interface HardEmOptions {
  /**
   * Whose values the switched codes u_ℓ hold: those of the way down from the template of the class (`rendered`, the default: for
   * the lowest layer the error is then the model's own, x − h₀), or those of the way up (`inferred`, as in an autoencoder).
   */
  readonly codes?: 'rendered' | 'inferred';
  /** Find switches by the signed E-step. */
  readonly signed?: boolean;
}

/** Codes of this many numbers are multiplied at a time: images are taken in parts that fit. */
const PART_VALUES = 2 ** 25;

/**
 * One derivative-free step of hard EM on one layer (Nguyen, Patel & Baraniuk, arXiv 1612.01936): switches are inferred, then the
 * layer's filters become those that draw the map below from the switched codes with the least squared error,
 *
 *     W_ℓᵀ ← (Σ h_{ℓ−1} u_ℓᵀ) (Σ u_ℓ u_ℓᵀ)⁻¹.
 *
 * The sums go over all places q of the map below, with h_{ℓ−1} its channels at q (what the way up found there, or the image) and
 * u_ℓ the codes of all units whose filter covers q: with overlapping filters that is the exact solution, where patches of
 * h_{ℓ−1} against the codes of one place would count each pixel once for every filter over it.
 *
 * `add` batches (the E-step), then ask for `weights` (the M-step). All batches have to be added with the same parameters.
 */
export class HardEmStep {
  readonly #layer: NrmLayer;
  readonly #codeSquares: Float64Array;
  readonly #residualCodes: Float64Array;
  #squaredError = 0;
  #images = 0;
  #weight: HostArray | undefined;

  /** @param index of the layer, from 0 at the image */
  constructor(
    readonly model: Nrm,
    readonly index: number,
    readonly options: HardEmOptions = {},
  ) {
    const layer = model.layers[index];
    if (!layer) throw new RangeError(`there is no layer ${index}: the network has ${model.layers.length}`);
    if (
      model.config.maxMin ||
      model.config.rendering === 'normalized' ||
      (options.signed && model.config.rendering === 'bare')
    )
      throw new RangeError('hard EM knows one reading, with maxima, rendered as it is inferred');
    this.#layer = layer;
    const columns = layer.kernel ** 2 * layer.filters;
    this.#codeSquares = new Float64Array(columns ** 2);
    this.#residualCodes = new Float64Array(columns * layer.input.channels);
  }

  /** ½ Σ (h_{ℓ−1} − W_ℓᵀ u_ℓ)² over an image, in the mean of those added, with the weights before the step. */
  get error(): number {
    return (0.5 * this.#squaredError) / this.#images;
  }

  /**
   * Infer the switches of images and add what they say about the filters.
   * @param x `[n, height, width, channels]` in [0, 1]
   * @param classes what they are rendered as, one-hot `[n, classes]`; the likeliest by default
   */
  add(parameters: Named<Tensor>, x: Tensor4D, classes?: tf.Tensor2D): void {
    const { full } = this.#layer;
    const each = full.height * full.width * this.#layer.kernel ** 2 * this.#layer.filters;
    const part = Math.max(1, Math.floor(PART_VALUES / each));
    const from = <T extends Tensor>(whole: T, start: number) =>
      tf.slice(whole, start, Math.min(part, whole.shape[0] - start)) as T;
    for (let start = 0; start < x.shape[0]; start += part)
      tf.tidy(() => this.#addPart(parameters, from(x, start), classes && from(classes, start)));
    this.#weight ??= hostArray(tensorOf(parameters, `${this.#layer.name}.weight`));
  }

  #addPart(parameters: Named<Tensor>, x: Tensor4D, classes?: tf.Tensor2D): void {
    const { model, index, options } = this;
    const layer = this.#layer;
    const first = model.forward(parameters, x);
    const wanted = classes ?? oneHotLikeliest(first);
    const found = options.signed ? signedInference(model, parameters, x, first, { classes: wanted }) : first;
    const { map, switches, affine } = found.layers[index]!;
    const drawn =
      options.codes === 'inferred'
        ? map
        : model.render(parameters, model.templates(parameters, wanted), pathOf(found)).maps[index]!;
    const { codes } = switchUnits(layer, model.config, drawn, switches, affine);
    const below = index === 0 ? x : found.layers[index - 1]!.map;
    const rows = codesOverPixels(layer, codes);
    const weight = asColumns(tensorOf(parameters, `${layer.name}.weight`));
    const residual = tf.sub(tf.reshape(below, [-1, layer.input.channels]), tf.matMul(rows, weight));
    addTo(this.#codeSquares, tf.matMul(rows, rows, true));
    addTo(this.#residualCodes, tf.matMul(rows, residual as tf.Tensor2D, true));
    this.#squaredError += tf.sum(tf.square(residual)).dataSync()[0]!;
    this.#images += x.shape[0];
  }

  /**
   * The filters after the step, `[kernel, kernel, channels below, filters]`: `W + (Σ (h − W u) uᵀ) (Σ u uᵀ + λ I)⁻¹`, which is the
   * formula above but for a ridge that pulls toward the filters as they are, not toward zero. So the squared error of what was
   * added cannot rise, and a unit that is never on keeps its filter.
   * @param ridge λ as a share of the mean square of the codes that are ever used
   */
  weights(ridge = 1e-4): HostArray {
    if (!this.#weight) throw new Error('hard EM needs images: add some first');
    const { kernel, filters, input } = this.#layer;
    const columns = kernel ** 2 * filters;
    const squares = this.#codeSquares.slice();
    const diagonal = Array.from({ length: columns }, (_, i) => squares[i * columns + i]!);
    const used = diagonal.filter((square) => square > 0);
    if (used.length === 0) return this.#weight;
    const penalty = Math.max(ridge, 1e-9) * (used.reduce((sum, square) => sum + square, 0) / used.length);
    for (let i = 0; i < columns; i++) squares[i * columns + i]! += penalty;
    const factor = choleskyFactor(squares, columns);
    if (!factor) throw new RangeError(`hard EM: a ridge of ${ridge} is too small for these codes`);
    const change = factor.solve(this.#residualCodes, input.channels);
    const data = Float32Array.from(this.#weight.data, (value, at) => {
      // The filter's places and the channel below go before the unit; in `change` the unit goes before the channel.
      const [unit, channel] = [at % filters, Math.floor(at / filters) % input.channels];
      const place = Math.floor(at / (filters * input.channels));
      return value + change[(place * filters + unit) * input.channels + channel]!;
    });
    return { shape: this.#weight.shape, data };
  }
}

/**
 * The codes of all units whose filter covers a pixel of the map below, for every pixel: `[n · height · width, k² · filters]`, by
 * place in the filter, then unit. Their product with the filters, `[k² · filters, channels]`, is the transposed convolution.
 */
function codesOverPixels({ kernel, padding, full, input }: NrmLayer, codes: Tensor4D): tf.Tensor2D {
  const [count, , , filters] = codes.shape;
  // The pixel q is drawn by the unit at q − d + before through the place d of its filter.
  const before = padding === 'same' ? Math.floor((kernel - 1) / 2) : 0;
  const [below, right] = [input.height - full.height + before, input.width - full.width + before];
  const padded = tf.pad(codes, [
    [0, 0],
    [kernel - 1 - before, below],
    [kernel - 1 - before, right],
    [0, 0],
  ]);
  const shifted = Array.from({ length: kernel ** 2 }, (_, place) => {
    const [y, x] = [Math.floor(place / kernel), place % kernel];
    return tf.slice(
      padded,
      [0, kernel - 1 - y, kernel - 1 - x, 0],
      [count, input.height, input.width, filters],
    );
  });
  return tf.reshape(tf.concat(shifted, 3), [-1, kernel ** 2 * filters]);
}

/** Filters `[k, k, channels, filters]` as `[k² · filters, channels]`. */
function asColumns(weight: Tensor): tf.Tensor2D {
  const channels = weight.shape[2]!;
  return tf.reshape(tf.transpose(weight, [0, 1, 3, 2]), [-1, channels]) as tf.Tensor2D;
}

function addTo(sums: Float64Array, x: Tensor): void {
  x.dataSync().forEach((value, i) => {
    sums[i]! += value;
  });
}

function hostArray(x: Tensor): HostArray {
  return { shape: x.shape, data: x.dataSync<'float32'>().slice() };
}

function oneHotLikeliest({ logits }: Inference): tf.Tensor2D {
  return tf.cast(tf.oneHot(tf.argMax(logits, 1) as tf.Tensor1D, logits.shape[1]), 'float32') as tf.Tensor2D;
}
