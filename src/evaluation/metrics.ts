import { required } from '../common/required.js';
import type { Comparison, Measure } from '../methods/prediction/measureEntry.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';

/** One metric over the clips of a split. */
export interface Statistic {
  /** Mean over clips of each clip's mean over its predictions. */
  readonly mean: number;
  /** Standard deviation of the clips' means (n − 1); missing for a single clip. */
  readonly sd?: number;
  /** Mean over clips at each prediction, first to last: of a rollout, by frames ahead. */
  readonly byStep: readonly number[];
}

/** Everything that is measured of one predictor, on frames in [0, 1]. */
export interface Metrics {
  /** Summed over a frame's values. */
  readonly squaredError: Statistic;
  readonly meanSquaredError: Statistic;
  readonly meanAbsoluteError: Statistic;
  /** Peak signal-to-noise ratio in dB, mean over frames, of which none counts for more than `MOST_DECIBELS`. */
  readonly psnr: Statistic;
  /** Structural similarity; missing for frames smaller than 11×11. */
  readonly ssim?: Statistic;
  /** Gradient-difference sharpness in dB, limited as `psnr` is. */
  readonly sharpness: Statistic;
  /** Mean absolute gradient ÷ that of the truth: 1 is as sharp as the truth. Clips of a truth without any gradient are left out. */
  readonly gradientRatio?: Statistic;
}
export type MetricName = keyof Metrics;

/** Metrics of each clip. */
export interface ClipScores {
  readonly meanSquaredError: readonly number[];
  readonly meanAbsoluteError: readonly number[];
  readonly psnr: readonly number[];
  readonly ssim?: readonly number[];
}

/**
 * A frame that agrees with the truth to the last bit would have infinitely many decibels, and a mean with it. The truth was
 * rounded to bytes, which limits the ratio to 10 log₁₀ (12 · 255²) = 58.9 dB: higher values carry no information.
 */
export const MOST_DECIBELS = 60;

/** Values by clip and prediction. */
type Rows = number[][];

/** Collects the answers of the measure entry, clip by clip, and summarises them. */
export class MetricsTally {
  readonly #rows = new Map<string, Rows>();
  readonly #valuesPerFrame: number;
  #clips = 0;

  constructor(valuesPerFrame: number) {
    this.#valuesPerFrame = valuesPerFrame;
  }

  get clips(): number {
    return this.#clips;
  }

  /** `answers` to the predictions of a batch in turn, and how many of its clips are there (others only fill it up). */
  add(answers: readonly Named<HostArray>[], clips: number): void {
    for (const name of Object.keys(answers[0] ?? {})) {
      const rows = this.#rows.get(name) ?? [];
      for (let clip = 0; clip < clips; clip++)
        rows.push(answers.map((answer) => required(answer, name).data[clip]!));
      this.#rows.set(name, rows);
    }
    this.#clips += clips;
  }

  /** The mean of each metric over the predictions of a clip, clip by clip: what the means of `metricsOf` are of. */
  byClip(comparison: Comparison): ClipScores {
    const rows = (measure: Measure) => this.#rows.get(`${comparison}.${measure}`) ?? [];
    const limited = (value: number) => Math.min(value, MOST_DECIBELS);
    const means = (measure: Measure, change = (value: number) => value) =>
      scaled(rows(measure), change).map(mean);
    const ssim = means('ssim');
    return {
      meanSquaredError: means('squaredError', (value) => value / this.#valuesPerFrame),
      meanAbsoluteError: means('meanAbsoluteError'),
      psnr: means('psnr', limited),
      ...(ssim.length > 0 && { ssim }),
    };
  }

  metricsOf(comparison: Comparison): Metrics {
    const rows = (measure: Measure) => this.#rows.get(`${comparison}.${measure}`) ?? [];
    const limited = (measure: Measure) => scaled(rows(measure), (value) => Math.min(value, MOST_DECIBELS));
    const ssim = rows('ssim');
    const gradientRatio = ratio(rows('gradient'), rows('trueGradient'));
    return {
      squaredError: statistic(rows('squaredError')),
      meanSquaredError: statistic(scaled(rows('squaredError'), (value) => value / this.#valuesPerFrame)),
      meanAbsoluteError: statistic(rows('meanAbsoluteError')),
      psnr: statistic(limited('psnr')),
      ...(ssim.length > 0 && { ssim: statistic(ssim) }),
      sharpness: statistic(limited('sharpness')),
      ...(gradientRatio && { gradientRatio }),
    };
  }
}

/** Mean, deviation between clips and course over steps of values by clip and step. */
export function statistic(rows: Rows): Statistic {
  return { ...meanAndDeviation(rows.map(mean)), byStep: columns(rows).map(mean) };
}

/** Ratios of sums: a single flat frame cannot make one infinite. */
function ratio(parts: Rows, wholes: Rows): Statistic | undefined {
  const clips = parts.map((part, clip) => mean(part) / mean(wholes[clip]!)).filter(Number.isFinite);
  if (clips.length === 0) return undefined;
  const wholeSteps = columns(wholes).map(mean);
  const byStep = columns(parts).map((part, step) => mean(part) / wholeSteps[step]!);
  return { ...meanAndDeviation(clips), byStep };
}

function meanAndDeviation(values: readonly number[]): { mean: number; sd?: number } {
  const average = mean(values);
  if (values.length < 2) return { mean: average };
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return { mean: average, sd: Math.sqrt(squares / (values.length - 1)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function columns(rows: Rows): Rows {
  return (rows[0] ?? []).map((_, step) => rows.map((row) => row[step]!));
}

function scaled(rows: Rows, change: (value: number) => number): Rows {
  return rows.map((row) => row.map(change));
}
