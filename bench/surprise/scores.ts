import { choleskyFactor } from '../../src/common/cholesky.js';
import { ForeframeError } from '../../src/common/errors.js';
import { fromBytes, type Predictor } from '../../src/engine/predictor.js';
import {
  cellGrid,
  errorsInPlace,
  type FrameSize,
  SurpriseMeter,
  surpriseSettings,
  UsualError,
} from '../../src/surprise/index.js';
import type { Bytes } from './anomalies.js';

/** Ways to score a frame: the command's own first, then its parts, then controls without a network. */
export const SCORES = [
  'surprise',
  'surprise, either way',
  'surprise in place',
  'prediction error',
  'surprise of copy-last',
  'frame difference',
  'Gaussian on differences',
] as const;
export type ScoreName = (typeof SCORES)[number];

/** One number a frame by each way; the first frame, of which nothing is expected, has none (0). */
export type FrameScores = Readonly<Record<ScoreName, number[]>>;

/** Score every frame of a sequence, watched from its beginning. */
export async function scoresOf(
  frames: readonly Bytes[],
  predictor: Predictor,
  size: FrameSize,
  gaussian: DifferenceGaussian,
): Promise<FrameScores> {
  const meter = new SurpriseMeter(size, surpriseSettings());
  const usualCopy = new UsualError(surpriseSettings());
  const scores = Object.fromEntries(SCORES.map((name) => [name, [0]])) as Record<ScoreName, number[]>;
  predictor.reset();
  let expected = await predictor.watch(fromBytes(frames[0]!));
  for (let at = 1; at < frames.length; at++) {
    const [truth, last] = [frames[at]!, frames[at - 1]!];
    const { error, score, places } = meter.measure(truth, expected);
    const { copyError, distance } = gaussian.look(last, truth);
    scores.surprise.push(score);
    scores['surprise, either way'].push(Math.abs(score));
    scores['surprise in place'].push(places.reduce((most, each) => Math.max(most, each), 0));
    scores['prediction error'].push(error);
    scores['surprise of copy-last'].push(usualCopy.take(copyError).score);
    scores['frame difference'].push(copyError);
    scores['Gaussian on differences'].push(distance);
    expected = await predictor.watch(fromBytes(truth));
  }
  return scores;
}

/** Cells of a side for the Gaussian: its covariance has to be known from a hundred frames. */
const SIDE = 4;

/**
 * A normal distribution of how much each of 16 parts of the image changes from one frame to the next (the logarithm of the mean
 * squared difference), fitted to clean frames. Its score is the Mahalanobis distance.
 */
export class DifferenceGaussian {
  readonly #size: FrameSize;
  readonly #mean: Float64Array;
  readonly #solve: (b: Float64Array) => Float64Array;

  constructor(clean: readonly (readonly Bytes[])[], size: FrameSize) {
    this.#size = size;
    const rows = clean.flatMap((frames) =>
      frames.slice(1).map((truth, at) => this.#changes(frames[at]!, truth).parts),
    );
    const n = SIDE * SIDE;
    const mean = new Float64Array(n);
    this.#mean = mean;
    for (const row of rows) for (let i = 0; i < n; i++) mean[i]! += row[i]! / rows.length;
    const covariance = new Float64Array(n * n);
    for (const row of rows)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          covariance[i * n + j]! += ((row[i]! - mean[i]!) * (row[j]! - mean[j]!)) / rows.length;
    for (let i = 0; i < n; i++) covariance[i * n + i]! += 0.01;
    const factor = choleskyFactor(covariance, n);
    if (!factor) throw new ForeframeError('the differences of the clean frames have no covariance to invert');
    this.#solve = (b) => factor.solve(b, 1);
  }

  look(last: Bytes, truth: Bytes): { readonly copyError: number; readonly distance: number } {
    const { parts, whole } = this.#changes(last, truth);
    const off = parts.map((value, at) => value - this.#mean[at]!);
    const solved = this.#solve(off);
    return {
      copyError: whole,
      distance: Math.sqrt(off.reduce((sum, value, at) => sum + value * solved[at]!, 0)),
    };
  }

  #changes(last: Bytes, truth: Bytes): { readonly parts: Float64Array; readonly whole: number } {
    const { height, width, channels } = this.#size;
    const side = Math.ceil(Math.max(height, width) / SIDE);
    const grid = { ...cellGrid(this.#size), side, rows: SIDE, columns: SIDE };
    const cells = new Float64Array(SIDE * SIDE);
    const whole = errorsInPlace(truth, fromBytes(last), { height, width, channels }, grid, cells);
    return { parts: cells.map((value) => Math.log(value + 1e-6)), whole };
  }
}
