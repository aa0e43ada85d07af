import type { Evaluation } from '../../evaluation/evaluateRun.js';
import type { CurvePlot, ReportPart, Score, Table } from '../../report/parts/reportData.js';
import type { MetricsRecord } from '../../runs/metricsLog.js';
import {
  COLUMNS,
  type Column,
  clipsSentence,
  columnsOf,
  framesAhead,
  predictorRows,
  type Row,
  reconstructionRows,
  rolloutRows,
} from './evaluationTables.js';
import { courseOf, loggedPoints, smoothingCaption } from './learningCurve.js';

/** The page has one unit: squared error per frame, which tables of other work print, is named in its facts. */
const METRICS = COLUMNS.filter(({ metric }) => metric !== 'squaredError');
/** Metrics that are followed by frames ahead and by frames watched. */
const FOLLOWED = METRICS.filter(({ metric }) =>
  ['meanSquaredError', 'meanAbsoluteError', 'ssim'].includes(metric),
);

/** The colour of a predictor in every plot, and what the page calls it. */
const COLOURS = ['model', 'copy-last', 'linear', 'random weights'];
const TRAINING_COLOUR = 5;
const SHORT: Readonly<Record<string, string>> = { 'linear extrapolation': 'linear' };

/** What the rows mean, for those who meet them first. */
const NOTE =
  'MSE and MAE: mean squared and mean absolute error per pixel value. SSIM: structural similarity, 11×11 Gaussian window. ' +
  'Sharpness: of gradient differences. Gradient ratio: mean absolute gradient ÷ that of the truth; below 1 is blurred, above 1 ' +
  'noisy. Every number is the mean over clips of a clip’s mean, ± the standard deviation between clips. Linear: linear ' +
  'extrapolation of each pixel from the last two frames. Random weights: the same network before training.';

/** Tables and curves of predictions from true frames. */
export function nextFramePart(evaluation: Evaluation): ReportPart {
  const { trained } = evaluation;
  const rows = predictorRows(evaluation);
  const reconstruction = reconstructionRows(evaluation);
  // One prediction a clip makes no curve.
  const several = trained.predict === 'every' && trained.steps > 1;
  return {
    title: 'Next frame',
    tables: [
      metricsTable(`Next frame: ${clipsSentence(trained)}`, rows, NOTE),
      ...(reconstruction.length > 0
        ? [metricsTable('The output against the last frame shown, which it was trained for', reconstruction)]
        : []),
    ],
    curves: several ? followed('Next frame', 'frames watched', rows.slice(0, 3)) : [],
  };
}

/** Tables and curves of predictions from predictions. */
export function rolloutPart(evaluation: Evaluation): ReportPart {
  const { rollout } = evaluation;
  const rows = rolloutRows(evaluation);
  if (!rollout) return { title: 'Rollout', tables: [], curves: followed('Rollout', 'frames ahead', rows) };
  const ahead = framesAhead(rollout.horizon);
  const tables = columnsOf(rows, FOLLOWED).map(({ metric, best, ...column }): Table => {
    return {
      caption: `Rollout: ${titleOf(column)} by frames ahead`,
      columns: ['', ...ahead.map((n) => `+${n}`)],
      rows: rows.map(({ name, metrics }) => [
        nameOf(name),
        ...ahead.map((n) => metrics[metric]?.byStep[n - 1] ?? '–'),
      ]),
      note: `The model is fed its own predictions after ${rollout.context} true frames. Mean over ${rollout.clips} test clips.`,
      best: best ? ahead.map((_, i) => ({ at: i + 1, is: best })) : [],
    };
  });
  return { title: 'Rollout', tables, curves: followed('Rollout', 'frames ahead', rows) };
}

/** The course of training, per pixel value as everything else. */
export function learningPart(metrics: readonly MetricsRecord[], { trained }: Evaluation): ReportPart {
  const scale = 1 / trained.valuesPerFrame;
  const training = courseOf('training loss', loggedPoints(metrics, 'loss'), TRAINING_COLOUR);
  const [first, last] = [training.points[0]?.x, training.points.at(-1)?.x];
  // Baselines do not learn: one measurement holds for the whole course.
  const level = (name: string, key: string) => {
    const y = loggedPoints(metrics, key, scale).at(-1)?.y;
    const points = y === undefined || first === undefined ? [] : [first, last!].map((x) => ({ x, y }));
    return { name, colour: COLOURS.indexOf(name), points };
  };
  const series = [
    training,
    { name: 'model, validation', colour: 0, points: loggedPoints(metrics, 'validation', scale) },
    level('copy-last', 'validationCopyLast'),
    level('linear', 'validationLinear'),
  ];
  const curves: CurvePlot = {
    title: 'Course of training',
    xLabel: 'training step',
    yLabel: 'MSE per pixel value',
    logY: true,
    caption: `${smoothingCaption({ series })} Baselines are measured on the validation split.`.trim(),
    series,
  };
  return { title: 'Training', curves: [curves] };
}

function metricsTable(caption: string, rows: readonly Row[], note?: string): Table {
  const columns = columnsOf(rows, METRICS);
  return {
    caption,
    columns: ['', ...rows.map(({ name }) => nameOf(name))],
    rows: columns.map((column) => [
      titleOf(column),
      ...rows.map(({ metrics }): Score | string => {
        const statistic = metrics[column.metric];
        return statistic ? { value: statistic.mean, deviation: statistic.sd } : '–';
      }),
    ]),
    note,
    alike: 'rows',
    best: columns.flatMap(({ best }, at) => (best ? [{ at, is: best }] : [])),
  };
}

function followed(what: string, xLabel: string, rows: readonly Row[]): CurvePlot[] {
  return columnsOf(rows, FOLLOWED).map((column) => ({
    title: `${what}: ${column.title}`,
    xLabel,
    yLabel: titleOf(column),
    series: rows.map(({ name, metrics }) => ({
      name: nameOf(name),
      colour: COLOURS.indexOf(nameOf(name)),
      points: (metrics[column.metric]?.byStep ?? []).map((y, i) => ({ x: i + 1, y })),
    })),
  }));
}

/** Errors name their unit. */
function titleOf({ title }: Pick<Column, 'title'>): string {
  return ['MSE', 'MAE'].includes(title) ? `${title} per pixel value` : title;
}

/** Names that leave room for numbers. */
function nameOf(name: string): string {
  return SHORT[name] ?? name;
}
