import type { FrameShape } from '../../models/videoModel.js';
import { meanAbsoluteGradient } from '../../objectives/images/absoluteGradient.js';
import { meanAbsoluteError } from '../../objectives/images/meanAbsoluteError.js';
import { peakSignalToNoise } from '../../objectives/images/peakSignalToNoise.js';
import { sharpness } from '../../objectives/images/sharpness.js';
import { squaredError } from '../../objectives/images/squaredError.js';
import { SSIM_WINDOW, structuralSimilarity } from '../../objectives/images/structuralSimilarity.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry, Named } from '../../tensorflow/spec/program.js';

/** The comparisons: which images are compared. */
export type Comparison = 'model' | 'copyLast' | 'linear' | 'reconstruction';

/** Outputs of the measure entry are named `<comparison>.<measure>` and have one value for each clip. */
export type Measure =
  | 'squaredError'
  | 'meanAbsoluteError'
  | 'psnr'
  | 'ssim'
  | 'sharpness'
  | 'gradient'
  | 'trueGradient';

/**
 * Frames `[batch, h, w, c]` float32 in [0, 1] → every measure of every comparison, by clip. `last` is the last true frame
 * shown, `before` the one before it (the same, where there is none); the truth lies `ahead` frames after `last`.
 * - `model`: the prediction against the truth
 * - `copyLast`: the last frame against the truth
 * - `linear`: last + ahead · (last − before), limited to [0, 1], against the truth
 * - `reconstruction`: the prediction against the last frame: for models that were trained to give that back
 *
 * No `ssim` for frames smaller than its window.
 */
export function measureEntry({ height, width, channels }: FrameShape, batch: number): Entry {
  const frame = { shape: [batch, height, width, channels], dtype: 'float32' } as const;
  const scalar = { shape: [], dtype: 'float32' } as const;
  const inputs = { prediction: frame, truth: frame, last: frame, before: frame, ahead: scalar };
  return entryOf(inputs, ({ prediction, truth, last, before, ahead }) => {
    const change = tf.sub(last, before);
    const linear = tf.clipByValue(tf.add(last, tf.mul(change, ahead)), 0, 1) as Tensor4D;
    return {
      ...measures('model', prediction, truth),
      ...measures('copyLast', last, truth),
      ...measures('linear', linear, truth),
      ...measures('reconstruction', prediction, last),
    };
  });
}

function measures(comparison: Comparison, guess: Tensor4D, truth: Tensor4D): Named<Tensor> {
  const [, height, width] = truth.shape;
  const values: Partial<Record<Measure, Tensor>> = {
    squaredError: squaredError(guess, truth),
    meanAbsoluteError: meanAbsoluteError(guess, truth),
    psnr: peakSignalToNoise(guess, truth),
    sharpness: sharpness(guess, truth),
    gradient: meanAbsoluteGradient(guess),
    trueGradient: meanAbsoluteGradient(truth),
  };
  if (Math.min(height, width) >= SSIM_WINDOW) values.ssim = structuralSimilarity(guess, truth);
  return Object.fromEntries(
    Object.entries(values).map(([measure, tensor]) => [`${comparison}.${measure}`, tensor]),
  );
}
