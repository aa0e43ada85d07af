import { ForeframeError } from '../../common/errors.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';

/** Side of the window; a frame must hold it at least once. */
export const SSIM_WINDOW = 11;
const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/** The Gaussian's weights from its centre outwards; all of the window sum to 1. */
const WEIGHTS = gaussianWeights();

/**
 * Structural similarity of each frame, `[n, h, w, c]` in [0, 1] → `[n]`, 1 for equal frames (Wang, Bovik, Sheikh &
 * Simoncelli 2004): 11×11 Gaussian window of σ 1.5, K1 = 0.01, K2 = 0.03, population variances, mean over all windows that
 * lie inside the frame and over channels. The same as scikit-image's `structural_similarity` with `gaussian_weights`,
 * `sigma` 1.5, `use_sample_covariance` off and `data_range` 1.
 * @throws ForeframeError for frames smaller than the window
 */
export function structuralSimilarity(prediction: Tensor4D, truth: Tensor4D): tf.Tensor1D {
  const [, height, width] = truth.shape;
  if (height < SSIM_WINDOW || width < SSIM_WINDOW) {
    throw new ForeframeError(
      `structural similarity needs frames of at least ${SSIM_WINDOW}×${SSIM_WINDOW} pixels, these have ${height}×${width}`,
    );
  }
  // Variances do not mind a shift, and around zero less of a float32's precision is lost in E[x²] − E[x]².
  const [x, y] = [tf.sub<Tensor4D>(prediction, 0.5), tf.sub<Tensor4D>(truth, 0.5)];
  const [meanX, meanY] = [windowMeans(x), windowMeans(y)];
  const varianceX = tf.sub(windowMeans(tf.square(x)), tf.square(meanX));
  const varianceY = tf.sub(windowMeans(tf.square(y)), tf.square(meanY));
  const covariance = tf.sub(windowMeans(tf.mul<Tensor4D>(x, y)), tf.mul(meanX, meanY));
  const [lightX, lightY] = [tf.add(meanX, 0.5), tf.add(meanY, 0.5)];
  const luminance = tf.div(
    tf.add(tf.mul(tf.mul(lightX, lightY), 2), C1),
    tf.add(tf.add(tf.square(lightX), tf.square(lightY)), C1),
  );
  const structure = tf.div(tf.add(tf.mul(covariance, 2), C2), tf.add(tf.add(varianceX, varianceY), C2));
  return tf.mean(tf.mul(luminance, structure), [1, 2, 3]);
}

/**
 * Gaussian means over every window inside the frame, `[n, h − 10, w − 10, c]`. Weighted sums of shifted slices, and no
 * convolution: with `precision: fast` a convolution computes in bfloat16, which leaves nothing of E[x²] − E[x]².
 */
function windowMeans(frames: Tensor4D): Tensor4D {
  return alongAxis(alongAxis(frames, 1), 2);
}

function alongAxis(frames: Tensor4D, axis: 1 | 2): Tensor4D {
  const size = [...frames.shape] as [number, number, number, number];
  size[axis] -= SSIM_WINDOW - 1;
  const shifted = (by: number) => {
    const begin: [number, number, number, number] = [0, 0, 0, 0];
    begin[axis] = by;
    return tf.slice(frames, begin, size);
  };
  const centre = (SSIM_WINDOW - 1) / 2;
  return WEIGHTS.slice(1).reduce<Tensor>(
    (sum, weight, at) => {
      const pair = tf.add(shifted(centre - at - 1), shifted(centre + at + 1));
      return tf.add(sum, tf.mul(pair, weight));
    },
    tf.mul(shifted(centre), WEIGHTS[0]!),
  ) as Tensor4D;
}

function gaussianWeights(): number[] {
  const half = Array.from({ length: (SSIM_WINDOW + 1) / 2 }, (_, at) => Math.exp(-0.5 * (at / SIGMA) ** 2));
  const total = half.reduce((sum, weight, at) => sum + (at === 0 ? weight : 2 * weight), 0);
  return half.map((weight) => weight / total);
}
