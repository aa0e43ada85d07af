import { required } from '../common/required.js';
import type { Named } from '../tensorflow/spec/program.js';

/** The outputs of the view `score`. */
type Scores = Named<{ readonly data: Float32Array }>;

/** Noise of the rendered image: of what variance, found on how many images of which size. */
export interface RenderingNoise {
  /** σ², in squared units of [0, 1]. */
  readonly variance: number;
  /** Values of an image: D. */
  readonly values: number;
}

/** The variance that makes images likeliest given what was rendered for them: the mean of ‖x − h₀‖² / D. */
export function noiseOf(squaredErrors: Float32Array, values: number): RenderingNoise {
  const mean = squaredErrors.reduce((sum, error) => sum + error, 0) / squaredErrors.length;
  return { variance: Math.max(mean / values, 1e-6), values };
}

/**
 * The log-likelihood of images under the neural rendering model, in nats:
 *
 *     log p(x, ŷ, z*) ≈ −½ ‖x − h₀‖² / σ² − ½ D log 2πσ² + (η − η⁰_ŷ) / σ² + log π_ŷ
 *
 * with ŷ the likeliest class and z* the switches found in x: normal noise about the rendered image h₀(ŷ, z*), the prior of the
 * switches p(z | y) ∝ exp(η / σ²), and the class prior π = softmax(c). The sum over all switches that norms their prior is
 * approximated by its largest term, that of the switches of an empty image, η⁰, as in rendering-path normalisation (Ho et al., arXiv
 * 1811.02657).
 */
export interface NrmLikelihood {
  readonly full: Float64Array;
  /** Its first part alone, −½ ‖x − h₀‖² / σ² − ½ D log 2πσ²: how well the image was drawn. */
  readonly picture: Float64Array;
  /** Its second part alone, (η − η⁰) / σ²: how usual the switches are. */
  readonly path: Float64Array;
  /** The whole with the switches of the signed E-step, where the model has them. */
  readonly signed?: Float64Array;
}

export function nrmLikelihood(scores: Scores, { variance, values }: RenderingNoise): NrmLikelihood {
  const of = (name: string) => required(scores, name).data;
  const constant = -0.5 * values * Math.log(2 * Math.PI * variance);
  const picture = (errors: Float32Array) =>
    Float64Array.from(errors, (error) => (-0.5 * error) / variance + constant);
  const path = (found: Float32Array) =>
    Float64Array.from(found, (score, i) => (score - of('emptyScore')[i]!) / variance);
  const sum = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]! + of('logPrior')[i]!);
  const ordinary = { picture: picture(of('squaredError')), path: path(of('pathScore')) };
  return {
    ...ordinary,
    full: sum(ordinary.picture, ordinary.path),
    ...(scores.signedError && { signed: sum(picture(of('signedError')), path(of('signedScore'))) }),
  };
}
