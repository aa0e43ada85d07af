import { groupBy } from '../../common/groupBy.js';
import type { Evaluation } from '../../evaluation/evaluateRun.js';
import { type MetricName, type Metrics, statistic } from '../../evaluation/metrics.js';
import { textTable } from '../terminal/terminal.js';

/** A run's evaluation under the name of its row. */
export interface NamedEvaluation {
  readonly name: string;
  readonly evaluation: Evaluation;
}

const METRICS: readonly [MetricName, string][] = [
  ['squaredError', 'error / frame'],
  ['psnr', 'PSNR dB'],
  ['ssim', 'SSIM'],
  ['sharpness', 'sharpness dB'],
  ['gradientRatio', 'gradient ÷ truth'],
];

/**
 * One table for each kind of data: every row as mean ± standard deviation over seeds of the means over test clips, beside
 * copy-last, linear extrapolation and the row's own network before training.
 */
export function resultTables(all: readonly NamedEvaluation[]): string {
  const groups = groupBy(all, ({ evaluation }) => protocolOf(evaluation));
  return [...groups].map(([title, group]) => `${title}\n${tableOf(group)}`).join('\n\n');
}

function protocolOf({ data, trained }: Evaluation): string {
  const which = trained.predict === 'last' ? 'the last prediction' : 'every prediction';
  return `${data}: ${trained.clips} test clips, ${trained.steps} frames watched, ${which}, teacher-forced; +n: rollout`;
}

function tableOf(group: readonly NamedEvaluation[]): string {
  const horizon = Math.min(
    ...group.map(({ evaluation }) => evaluation.rollout?.horizon ?? Number.POSITIVE_INFINITY),
  );
  const ahead = Number.isFinite(horizon) ? [2, 5, 10, 20, 50].filter((n) => n <= horizon) : [];
  const rows: string[][] = [];
  for (const [name, runs] of groupBy(group, (each) => each.name)) {
    const evaluations = runs.map(({ evaluation }) => evaluation);
    const minutes = overSeeds(evaluations.map((each) => each.minutes.total));
    const seeds = evaluations.map(({ seed }) => seed).join(', ');
    const cells = metricCells(
      evaluations.map(({ trained }) => trained.model),
      evaluations.map(({ rollout }) => rollout?.model),
      ahead,
    );
    rows.push([name, seeds, minutes, ...cells]);
    const random = metricCells(
      evaluations.map((each) => each.random.model),
      [],
      ahead,
    );
    rows.push([`  its random weights`, seeds, '0', ...random]);
  }
  const { trained, rollout } = group[0]!.evaluation;
  rows.push(['copy-last', '–', '–', ...metricCells([trained.copyLast], [rollout?.copyLast], ahead)]);
  rows.push(['linear extrapolation', '–', '–', ...metricCells([trained.linear], [rollout?.linear], ahead)]);
  const columns = METRICS.map(([, title]) => title);
  return textTable(['row', 'seeds', 'minutes', ...columns, ...ahead.map((n) => `+${n} error`)], rows);
}

function metricCells(
  metrics: readonly Metrics[],
  rollouts: readonly (Metrics | undefined)[],
  ahead: readonly number[],
): string[] {
  const cells = METRICS.map(([metric]) => overSeeds(metrics.map((each) => each[metric]?.mean)));
  const errors = ahead.map((n) => overSeeds(rollouts.map((each) => each?.squaredError.byStep[n - 1])));
  return [...cells, ...errors];
}

/** `mean ± sd`; the mean alone of one seed. */
function overSeeds(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return '–';
  const { mean, sd } = statistic(known.map((value) => [value]));
  return sd === undefined ? mean.toPrecision(4) : `${mean.toPrecision(4)} ± ${sd.toPrecision(2)}`;
}
