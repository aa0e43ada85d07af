import { stringify } from 'yaml';
import { groupBy } from '../common/groupBy.js';
import { withoutPasswords } from '../common/text/withoutPasswords.js';
import type { PipelineConfig } from '../config/config.js';
import { frameShapeOf } from '../data/frameShape.js';
import { courseOf, meanCourse, validationKeyOf } from '../library/reporting/learningCurve.js';
import type { TrainChoice } from '../library/train.js';
import { writeReport } from '../report/pages/page.js';
import type { CurvePlot, Point, Series } from '../report/parts/reportData.js';
import { readMetrics } from '../runs/metricsLog.js';
import type { Cell, SweepPlan } from './plan.js';
import type { PreparedRun } from './prepare.js';
import type { SweepPredictions } from './sweepPredictions.js';
import type { SweepTable, TriedRun } from './sweepTable.js';
import { cellTitle, resultsTable, sweepSummary, validationUnit } from './sweepText.js';

/** Cells of which the page draws the course: the best ones. More curves look alike. */
const MOST_CURVES = 8;

interface PageOptions {
  readonly plan: SweepPlan;
  readonly first: TrainChoice;
  readonly runs: readonly PreparedRun[];
  readonly tried: readonly TriedRun[];
  readonly table: SweepTable;
  readonly predictions: SweepPredictions;
}

/** The page of a sweep: what is best, the table, each setting's effect, the courses of training. */
export async function writeSweepPage(path: string, options: PageOptions): Promise<void> {
  const { plan, first, tried, table, predictions } = options;
  const { config } = first;
  const missing = tried.filter(({ outcome }) => !outcome);
  await writeReport(path, {
    title: `foreframe: sweep of ${config.name}`,
    subtitle: `${config.model.name}, ${config.method.name}; ${table.rows.length} ${table.rows.length === 1 ? 'cell' : 'cells'}, ${tried.length} runs`,
    summary: sweepSummary(table, first.kind),
    facts: factsOf(table, first.kind),
    ...(predictions.moving && { moving: predictions.moving }),
    parts: [
      {
        title: 'Results',
        tables: [resultsTable(table, first.kind)],
        notes: missing.map(({ run, failure }) => `${run.name}: ${failure ?? 'not trained yet'}`),
      },
      { title: 'Settings one by one', curves: settingCurves(table, first.kind) },
      { title: 'The same clips', images: predictions.strips, notes: predictions.notes },
      { title: 'Training', curves: learningCurves(options) },
    ],
    settings: stringify({
      pipeline: plan.pipeline,
      ...(plan.videos?.length && { videos: plan.videos.map(withoutPasswords) }),
      ...(plan.set?.length && { set: plan.set }),
      grid: plan.grid ?? [],
      seeds: [...new Set(tried.map(({ run }) => run.seed))],
    }),
    environment: {},
  });
}

function factsOf({ rows }: SweepTable, kind: TrainChoice['kind']): string[] {
  const seeds = Math.max(...rows.map(({ wanted }) => wanted));
  const changesData = rows.some(({ cell }) =>
    Object.keys(cell.values).some((key) => key.startsWith('data.')),
  );
  return [
    `The validation split chooses, the test split is only reported. Means over ${seeds === 1 ? 'one seed' : `${seeds} seeds`}` +
      `${seeds === 1 ? ': how much seeds differ is not known' : ', ± the standard deviation between seeds'}.` +
      (kind === 'clips' ? ' Errors are per pixel value, frames in [0, 1].' : ''),
    ...(changesData
      ? ['The grid changes the data: errors of cells with other images or splits do not compare.']
      : []),
  ];
}

/** Of a setting with numbers: the validation error by its value, a curve for each combination of the others. */
function settingCurves({ rows }: SweepTable, kind: TrainChoice['kind']): CurvePlot[] {
  const keys = Object.keys(rows[0]?.cell.values ?? {});
  return keys.flatMap((key): CurvePlot[] => {
    const values = [...new Set(rows.map(({ cell }) => cell.values[key]))];
    if (values.length < 2 || !values.every((value) => typeof value === 'number')) return [];
    const others = (cell: Cell) => ({ ...cell, values: without(cell.values, key) });
    const groups = [...groupBy(rows, ({ cell }) => JSON.stringify(others(cell).values))];
    const series = groups.map(
      ([, own]): Series => ({
        name: cellTitle(others(own[0]!.cell)) || 'validation',
        points: own.flatMap(({ cell, validation }): Point[] => {
          if (!validation) return [];
          const { mean, sd } = validation;
          const x = cell.values[key] as number;
          return [sd === undefined ? { x, y: mean } : { x, y: mean, low: mean - sd, high: mean + sd }];
        }),
      }),
    );
    return [
      {
        title: key,
        xLabel: key,
        yLabel: validationUnit(kind),
        caption: 'Mean over seeds; upright lines: one standard deviation.',
        series: series.slice(0, MOST_CURVES).map((each) => ({
          ...each,
          points: each.points.toSorted((a, b) => a.x - b.x),
        })),
      },
    ];
  });
}

function without(values: Cell['values'], key: string): Cell['values'] {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== key));
}

function valuesOf(data: PipelineConfig['data']): number {
  const { height, width, channels } = frameShapeOf(data);
  return height * width * channels;
}

function learningCurves({ runs, tried, table, first }: PageOptions): CurvePlot[] {
  const scale = first.kind === 'clips' ? 1 / valuesOf(first.config.data) : 1;
  const key = first.kind === 'clips' ? 'validation' : validationKeyOf(first.config);
  // A cell keeps its colour in both plots.
  const cells = table.rows
    .flatMap(({ cell, validation }, colour) => (validation ? [{ cell, colour, error: validation.mean }] : []))
    .sort((a, b) => a.error - b.error)
    .slice(0, MOST_CURVES)
    .sort((a, b) => a.colour - b.colour);
  const logs = cells.map(({ cell, colour }) => ({
    colour,
    name: cellTitle(cell) || 'all settings',
    metrics: runs
      .filter((each, at) => each.run.cell === cell && tried[at]!.outcome)
      .map(({ choice }) => readMetrics(`${choice.folder}/metrics.jsonl`)),
  }));
  const left = table.rows.length - cells.length;
  const caption = `${left > 0 ? `The ${cells.length} best of ${table.rows.length} cells. ` : ''}Mean over seeds.`;
  return [
    {
      title: 'Validation error',
      xLabel: 'training step',
      yLabel: validationUnit(first.kind),
      logY: true,
      caption,
      series: logs.map(({ name, colour, metrics }) => ({
        name,
        colour,
        points: meanCourse(metrics, key, scale),
      })),
    },
    {
      title: 'Training loss',
      xLabel: 'training step',
      yLabel: 'loss',
      logY: true,
      caption,
      series: logs.map(({ name, colour, metrics }) => {
        const { raw: _, ...course } = courseOf(name, meanCourse(metrics, 'loss', 1), colour);
        return course;
      }),
    },
  ];
}
