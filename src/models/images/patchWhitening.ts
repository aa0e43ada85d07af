import { eigenSymmetric } from '../../common/eigenSymmetric.js';
import type { HostArray } from '../../tensorflow/spec/program.js';
import type { FittingImages } from '../encoder.js';

/** Images that are looked at, the first ones: their patches are plenty. */
const MOST_IMAGES = 5_000;
/** What keeps directions from being blown up in which patches hardly differ. */
const EPSILON = 5e-4;

/**
 * Kernels of a convolution `[side, side, channels, 2 n]` that makes patches white, n = side² · channels: the eigenvectors of their
 * second moments, each over the root of its value, and once more with the other sign. Pixels are in [0, 1].
 */
export function patchWhitening(given: FittingImages, side: number): HostArray {
  const n = side * side * given.channels;
  const { values, vectors } = eigenSymmetric(secondMoments(given, side), n);
  const data = new Float32Array(n * 2 * n);
  for (let pixel = 0; pixel < n; pixel++)
    for (let of = 0; of < n; of++) {
      // The largest first.
      const column = n - 1 - of;
      const weight = vectors[pixel * n + column]! / Math.sqrt(Math.max(0, values[column]!) + EPSILON);
      data[pixel * 2 * n + of] = weight;
      data[pixel * 2 * n + n + of] = -weight;
    }
  return { shape: [side, side, given.channels, 2 * n], data };
}

/** Mean product of each two values of a patch, `[n, n]`. */
function secondMoments(
  { count, height, width, channels, images }: FittingImages,
  side: number,
): Float64Array {
  const n = side * side * channels;
  const sums = new Float64Array(n * n);
  const patch = new Float64Array(n);
  const used = Math.min(count, MOST_IMAGES);
  for (let image = 0; image < used; image++)
    for (let y = 0; y + side <= height; y++)
      for (let x = 0; x + side <= width; x++) {
        for (let row = 0; row < side; row++) {
          const from = ((image * height + y + row) * width + x) * channels;
          for (let i = 0; i < side * channels; i++)
            patch[row * side * channels + i] = images[from + i]! / 255;
        }
        for (let a = 0; a < n; a++) for (let b = 0; b <= a; b++) sums[a * n + b]! += patch[a]! * patch[b]!;
      }
  const patches = used * (height - side + 1) * (width - side + 1);
  return Float64Array.from(sums, (_, at) => {
    const [a, b] = [Math.floor(at / n), at % n];
    return (a >= b ? sums[a * n + b]! : sums[b * n + a]!) / patches;
  });
}
