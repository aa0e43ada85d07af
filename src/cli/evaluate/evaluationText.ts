import type { Evaluation } from '../../evaluation/evaluateRun.js';
import {
  type Column,
  clipsSentence,
  columnsOf,
  DEVIATING,
  framesAhead,
  predictorRows,
  ROLLOUT_COLUMNS,
  type Row,
  reconstructionRows,
  rolloutRows,
  withDeviation,
} from '../../library/reporting/evaluationTables.js';
import { duration, textTable } from '../terminal/terminal.js';

/** An evaluation as it is printed. */
export function evaluationText(evaluation: Evaluation): string {
  const { trained, rollout, target, step, seed, minutes } = evaluation;
  const weights = `weights of step ${step}, of a training of ${duration(60 * minutes.total)}, seed ${seed}`;
  const judged = target === 'current' ? '; trained to give back the frame shown, judged as predictions' : '';
  const blocks = [
    `next frame: ${clipsSentence(trained)}; ${weights}${judged}`,
    metricsTable(predictorRows(evaluation), trained.copyLast.squaredError.mean),
  ];
  const reconstruction = reconstructionRows(evaluation);
  if (reconstruction.length > 0)
    blocks.push('', 'the output against the last frame shown', metricsTable(reconstruction));
  if (rollout) {
    const rows = rolloutRows(evaluation);
    for (const column of columnsOf(rows, ROLLOUT_COLUMNS)) {
      const title = `rollout after ${rollout.context} frames: ${column.title} by frames ahead, ${rollout.clips} test clips`;
      blocks.push('', title, rolloutTable(rows, column, rollout.horizon));
    }
  } else blocks.push('', `rollout: left out: ${whyNoRollout(evaluation)}`);
  blocks.push(
    '',
    `squared error is summed over the ${trained.valuesPerFrame} values of a frame in [0, 1]; ± is the standard deviation between clips`,
    evaluation.hardware,
  );
  return blocks.join('\n');
}

function whyNoRollout({ noRollout }: Evaluation): string {
  if (!noRollout) return 'no test clip holds evaluation.context + evaluation.horizon frames';
  const { context, horizon, longestClip } = noRollout;
  const most = longestClip - context;
  const remedy = most > 0 ? `lower evaluation.horizon to ${most}` : 'lower evaluation.context';
  return `evaluation.context ${context} and evaluation.horizon ${horizon} need clips of ${context + horizon} frames, the longest test clip holds ${longestClip}: ${remedy}`;
}

/** @param copyLast squared error of copying the last frame, for a column of errors relative to it */
function metricsTable(rows: readonly Row[], copyLast?: number): string {
  const columns = columnsOf(rows);
  const cells = rows.map(({ name, metrics }) => {
    const values = columns.map(({ metric }) => {
      const value = metrics[metric];
      if (!value) return '–';
      return DEVIATING.includes(metric) ? withDeviation(value) : value.mean.toPrecision(4);
    });
    const share = copyLast === undefined ? [] : [(metrics.squaredError.mean / copyLast).toPrecision(3)];
    return [name, ...share, ...values];
  });
  const share = copyLast === undefined ? [] : ['÷ copy-last'];
  return textTable(['predictor', ...share, ...columns.map(({ title }) => title)], cells);
}

function rolloutTable(rows: readonly Row[], { metric }: Column, horizon: number): string {
  const ahead = framesAhead(horizon);
  return textTable(
    ['predictor', ...ahead.map((n) => `+${n}`)],
    rows.map(({ name, metrics }) => [
      name,
      ...ahead.map((n) => metrics[metric]?.byStep[n - 1]?.toPrecision(4) ?? '–'),
    ]),
  );
}
