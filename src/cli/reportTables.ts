import type { CurvePlot, Table } from '../report/reportData.js';
import type { Evaluation } from '../training/evaluateRun.js';
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
} from './evaluationTables.js';

/** What the columns mean, for those who meet them first. */
const NOTE =
  'On frames in [0, 1]. Squared error is summed over the values of a frame; MSE and MAE are means over them. SSIM: structural ' +
  'similarity, 11×11 Gaussian window. Sharpness: gradient-difference sharpness. Gradient ratio: mean absolute gradient ÷ that of the truth; below 1 is blurred, above 1 ' +
  'noisy. Every number is the mean over clips of a clip’s mean; ± is the standard deviation between clips.';

/** An evaluation's tables, as the report shows them. */
export function evaluationTables(evaluation: Evaluation): Table[] {
  const { trained } = evaluation;
  const rows = predictorRows(evaluation);
  const reconstruction = reconstructionRows(evaluation);
  return [
    metricsTable(`Next frame: ${clipsSentence(trained)}`, rows, NOTE),
    deviationTable(rows),
    ...(reconstruction.length > 0
      ? [metricsTable('The output against the last frame shown, which it was trained for', reconstruction)]
      : []),
    ...rolloutTables(evaluation),
  ];
}

/** Metrics of a rollout by frames ahead, and of teacher-forced predictions by position in the clip. */
export function evaluationCurves(evaluation: Evaluation): CurvePlot[] {
  const ahead = rolloutRows(evaluation);
  const rollout = columnsOf(ahead, ROLLOUT_COLUMNS).map((column) =>
    curvesOf(`Rollout: ${column.title}`, 'frames ahead', ahead, column),
  );
  const forced = predictorRows(evaluation).slice(0, 3);
  const steps = columnsOf(forced, ROLLOUT_COLUMNS).map((column) =>
    curvesOf(`Next frame: ${column.title}`, 'frames watched', forced, column),
  );
  // One prediction a clip makes no curve.
  return evaluation.trained.predict === 'every' && evaluation.trained.steps > 1
    ? [...rollout, ...steps]
    : rollout;
}

function metricsTable(caption: string, rows: readonly Row[], note?: string): Table {
  const columns = columnsOf(rows);
  return {
    caption,
    columns: ['predictor', ...columns.map(({ title }) => title)],
    rows: rows.map(({ name, metrics }) => [
      name,
      ...columns.map(({ metric }) => metrics[metric]?.mean ?? '–'),
    ]),
    note,
    best: columns.flatMap(({ best }, i) => (best ? [{ column: i + 1, is: best }] : [])),
  };
}

function deviationTable(rows: readonly Row[]): Table {
  const columns = columnsOf(rows).filter(({ metric }) => DEVIATING.includes(metric));
  return {
    caption: 'The same with the standard deviation between clips',
    columns: ['predictor', ...columns.map(({ title }) => title)],
    rows: rows.map(({ name, metrics }) => [
      name,
      ...columns.map(({ metric }) => {
        const value = metrics[metric];
        return value ? withDeviation(value) : '–';
      }),
    ]),
  };
}

function rolloutTables(evaluation: Evaluation): Table[] {
  const { rollout } = evaluation;
  if (!rollout) return [];
  const rows = rolloutRows(evaluation);
  const ahead = framesAhead(rollout.horizon);
  return columnsOf(rows, ROLLOUT_COLUMNS).map(({ metric, title, best }) => ({
    caption: `Rollout: ${title}, the model fed its own predictions`,
    columns: ['predictor', ...ahead.map((n) => `+${n}`)],
    rows: rows.map(({ name, metrics }) => [name, ...ahead.map((n) => metrics[metric]?.byStep[n - 1] ?? '–')]),
    note: `By frames ahead, after ${rollout.context} true frames, mean over ${rollout.clips} test clips.`,
    best: best ? ahead.map((_, i) => ({ column: i + 1, is: best })) : [],
  }));
}

function curvesOf(
  title: string,
  xLabel: string,
  rows: readonly Row[],
  { metric, title: yLabel }: Column,
): CurvePlot {
  return {
    title,
    xLabel,
    yLabel,
    series: rows.map(({ name, metrics }) => ({
      name,
      points: (metrics[metric]?.byStep ?? []).map((y, i) => ({ x: i + 1, y })),
    })),
  };
}
