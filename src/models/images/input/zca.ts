import { eigenSymmetric } from '../../../common/eigenSymmetric.js';
import type { FittingImages } from '../../encoder.js';

/** Images that are looked at, the first ones. */
const MOST_IMAGES = 10_000;
/** What keeps directions from being blown up in which images hardly differ; pixels are in [0, 1]. */
export const ZCA_EPSILON = 0.01;
/** Images whose values are multiplied at once: few enough to stay in a processor's cache. */
const CHUNK = 256;

export interface Zca {
  /** `[n]` of the n values of an image. */
  readonly mean: Float32Array;
  /** (Σ + ε I)^−½, `[n, n]`, symmetric; Σ is the covariance of the values. */
  readonly matrix: Float32Array;
}

/**
 * Zero-phase whitening of images (Krizhevsky 2009): the mean image, and the matrix that makes values of an image uncorrelated and
 * changes the image least. For 32×32 in colour it takes minutes.
 */
export function zca(given: FittingImages): Zca {
  const n = given.height * given.width * given.channels;
  const count = Math.min(given.count, MOST_IMAGES);
  const mean = meanOf(given.images, n, count);
  const { values, vectors } = eigenSymmetric(covariance(given.images, mean, count), n);
  const matrix = new Float32Array(n * n);
  const scaled = new Float64Array(n);
  const scales = values.map((value) => 1 / Math.sqrt(Math.max(0, value) + ZCA_EPSILON));
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < n; i++) scaled[i] = vectors[row * n + i]! * scales[i]!;
    for (let column = 0; column <= row; column++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += scaled[i]! * vectors[column * n + i]!;
      matrix[row * n + column] = sum;
      matrix[column * n + row] = sum;
    }
  }
  return { mean: Float32Array.from(mean), matrix };
}

function meanOf(images: Uint8Array, n: number, count: number): Float64Array {
  const mean = new Float64Array(n);
  for (let at = 0; at < count * n; at++) mean[at % n]! += images[at]! / 255;
  return mean.map((sum) => sum / count);
}

/** Σ (x − m)(x − m)ᵀ / count, `[n, n]`. */
function covariance(images: Uint8Array, mean: Float64Array, count: number): Float64Array {
  const n = mean.length;
  const sums = new Float64Array(n * n);
  const centred = new Float64Array(n * CHUNK);
  for (let start = 0; start < count; start += CHUNK) {
    const many = Math.min(CHUNK, count - start);
    for (let i = 0; i < n; i++)
      for (let at = 0; at < many; at++)
        centred[i * CHUNK + at] = images[(start + at) * n + i]! / 255 - mean[i]!;
    for (let a = 0; a < n; a++)
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let at = 0; at < many; at++) sum += centred[a * CHUNK + at]! * centred[b * CHUNK + at]!;
        sums[a * n + b]! += sum;
      }
  }
  for (let a = 0; a < n; a++)
    for (let b = 0; b <= a; b++) {
      const value = sums[a * n + b]! / count;
      sums[a * n + b] = value;
      sums[b * n + a] = value;
    }
  return sums;
}
