import { deflateSync } from 'node:zlib';

/** Images of one size as bytes, one after the other. */
export interface ImageBytes {
  readonly count: number;
  readonly images: Uint8Array;
}

/** What keeps the variance of a pixel that never changes from zero: a tenth of the range, squared. */
const LEAST_VARIANCE = 0.01;

/** Likelihood scores of baselines that use only pixel statistics; higher is more in-distribution. */
export interface ImageBaselines {
  /** Log-density with every pixel normal by itself, its mean and variance those of the training images (+ 0.01), in nats. */
  pixelGaussian(images: ImageBytes): Float64Array;
  /** −|mean of the pixels − their mean in training|. */
  brightness(images: ImageBytes): Float64Array;
  /** −bytes that the image takes when it is compressed: the input complexity of Serrà et al. (arXiv 1909.11480). */
  simplicity(images: ImageBytes): Float64Array;
}

/** @param train in-distribution images */
export function imageBaselines(train: ImageBytes): ImageBaselines {
  const { mean, variance } = pixelMoments(train);
  const brightness = mean.reduce((sum, value) => sum + value, 0) / mean.length;
  return {
    pixelGaussian: (images) =>
      eachImage(images, (bytes) => {
        let sum = 0;
        bytes.forEach((byte, i) => {
          sum += (byte / 255 - mean[i]!) ** 2 / variance[i]! + Math.log(2 * Math.PI * variance[i]!);
        });
        return -0.5 * sum;
      }),
    brightness: (images) =>
      eachImage(images, (bytes) => {
        const sum = bytes.reduce((all, byte) => all + byte, 0);
        return -Math.abs(sum / 255 / bytes.length - brightness);
      }),
    simplicity: (images) => eachImage(images, (bytes) => -deflateSync(bytes).length),
  };
}

function pixelMoments({ count, images }: ImageBytes) {
  const pixels = images.length / count;
  const [sums, squares] = [new Float64Array(pixels), new Float64Array(pixels)];
  for (let start = 0; start < images.length; start += pixels)
    for (let i = 0; i < pixels; i++) {
      const value = images[start + i]! / 255;
      sums[i]! += value;
      squares[i]! += value * value;
    }
  const mean = sums.map((sum) => sum / count);
  const variance = squares.map((square, i) => square / count - mean[i]! ** 2 + LEAST_VARIANCE);
  return { mean, variance };
}

function eachImage({ count, images }: ImageBytes, score: (bytes: Uint8Array) => number): Float64Array {
  const bytes = images.length / count;
  return Float64Array.from({ length: count }, (_, n) => score(images.subarray(n * bytes, (n + 1) * bytes)));
}
