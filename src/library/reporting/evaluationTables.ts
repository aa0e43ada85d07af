import type { Evaluation } from '../../evaluation/evaluateRun.js';
import type { TeacherForced } from '../../evaluation/measure.js';
import type { MetricName, Metrics, Statistic } from '../../evaluation/metrics.js';
import type { BestRule } from '../../report/parts/reportData.js';

/** How a metric is headed and read. */
export interface Column {
  readonly metric: MetricName;
  readonly title: string;
  readonly best?: BestRule['is'];
}

/** The metrics in the order of a table's columns. */
export const COLUMNS: readonly Column[] = [
  { metric: 'squaredError', title: 'squared error', best: 'lowest' },
  { metric: 'meanSquaredError', title: 'MSE', best: 'lowest' },
  { metric: 'meanAbsoluteError', title: 'MAE', best: 'lowest' },
  { metric: 'psnr', title: 'PSNR dB', best: 'highest' },
  { metric: 'ssim', title: 'SSIM', best: 'highest' },
  { metric: 'sharpness', title: 'sharpness dB', best: 'highest' },
  { metric: 'gradientRatio', title: 'gradient ratio' },
];

/** Metrics of which tables print the deviation between clips. */
export const DEVIATING: readonly MetricName[] = ['squaredError', 'psnr', 'ssim'];

/** Metrics that are followed by frames ahead. */
export const ROLLOUT_COLUMNS = COLUMNS.filter(({ metric }) => ['squaredError', 'ssim'].includes(metric));

export interface Row {
  readonly name: string;
  readonly metrics: Metrics;
}

/** Every predictor of a table of next frames. */
export function predictorRows({ trained, random }: Evaluation): Row[] {
  return [
    { name: 'model', metrics: trained.model },
    { name: 'copy-last', metrics: trained.copyLast },
    { name: 'linear extrapolation', metrics: trained.linear },
    { name: 'random weights', metrics: random.model },
  ];
}

/** Of a model that was trained to give back the frame it was shown: how well it does that. */
export function reconstructionRows({ trained, random, target }: Evaluation): Row[] {
  if (target !== 'current') return [];
  return [
    { name: 'model', metrics: trained.reconstruction },
    { name: 'random weights', metrics: random.reconstruction },
  ];
}

/** Every predictor of a rollout; none where there was no clip long enough. */
export function rolloutRows({ rollout }: Evaluation): Row[] {
  if (!rollout) return [];
  return [
    { name: 'model', metrics: rollout.model },
    { name: 'copy-last', metrics: rollout.copyLast },
    { name: 'linear extrapolation', metrics: rollout.linear },
  ];
}

/** The columns for which these rows have values. */
export function columnsOf(rows: readonly Row[], columns = COLUMNS): Column[] {
  return columns.filter(({ metric }) => rows.some(({ metrics }) => metrics[metric]));
}

/** Frames ahead that a table of a rollout shows: a few, and the last. */
export function framesAhead(horizon: number): number[] {
  return [...new Set([1, 2, 5, 10, 20, 50, horizon])].filter((n) => n <= horizon).sort((a, b) => a - b);
}

/** Which predictions a teacher-forced table is of. */
export function clipsSentence({ clips, steps, predict }: TeacherForced): string {
  const what = predict === 'last' ? `the frame after ${steps}` : `${steps} predictions each`;
  return `${clips} test clips, ${what}, from true frames`;
}

/** "0.6512 ± 0.11", the deviation between clips; never broken into lines. */
export function withDeviation({ mean, sd }: Statistic): string {
  return sd === undefined ? mean.toPrecision(4) : `${mean.toPrecision(4)}\u00a0±\u00a0${sd.toPrecision(2)}`;
}
