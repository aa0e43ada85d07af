import { writeReport } from '../../report/pages/page.js';
import type { CurvePlot, ReportData, ReportPart } from '../../report/parts/reportData.js';
import { readMetrics } from '../../runs/metricsLog.js';
import { courseOf, meanCourse, smoothingCaption } from '../reporting/learningCurve.js';
import type { PageRow, PageRun } from './comparedRows.js';
import {
  comparisonSentences,
  differencesTable,
  figuresTable,
  onSameUnits,
  settingsTable,
} from './comparedTables.js';
import type { ComparedFigure, RunDifference } from './figures.js';
import { predictionsTogether } from './predictionsTogether.js';

export interface ComparedPage {
  readonly rows: readonly PageRow[];
  readonly figures: readonly ComparedFigure[];
  readonly differences: readonly RunDifference[];
  /** Every single run, where rows are of several. */
  readonly single?: { readonly runs: readonly PageRun[]; readonly figures: readonly ComparedFigure[] };
  /** What was measured, in a few words, and in what the validation error is. */
  readonly unit: string;
  readonly validationUnit: string;
  readonly copyLastAhead?: readonly number[];
}

/** The page of several runs, or settings, side by side; each has the same colour in every plot. */
export async function writeComparedPage(path: string, page: ComparedPage): Promise<void> {
  const { rows, figures, differences, unit, single } = page;
  const { moving, strips, notes } = await predictionsTogether(rows);
  const settings = settingsTable(rows);
  const others = rows.slice(1).map(({ name }) => name);
  const data: ReportData = {
    title: `foreframe: ${rows[0]!.name}${others.length > 0 ? ` beside ${others.length > 3 ? `${others.length} others` : others.join(', ')}` : ''}`,
    subtitle: unit,
    ...(moving && { moving }),
    summary: comparisonSentences(rows, figures, differences),
    facts: [
      `Readings that are the same to three digits are ties. ${
        single
          ? 'Runs that differ by their seed alone are one row: means over seeds. Predictions are of the seed with the lowest validation error.'
          : 'Each row is one training.'
      }`,
    ],
    parts: [
      {
        title: 'Results',
        tables: [
          figuresTable(rows, figures, unit),
          ...(rows.length > 1 ? [differencesTable(rows, differences)] : []),
          ...(single ? [figuresTable(single.runs, single.figures, `${unit}, run by run`)] : []),
        ],
      },
      rolloutPart(page),
      { title: 'The same clips', images: strips, notes },
      { title: 'Training', curves: learningCurves(page) },
      { title: 'Settings', tables: settings ? [settings] : [] },
    ],
    settings: '',
    environment: {},
  };
  await writeReport(path, data);
}

function rolloutPart({ rows, figures, copyLastAhead }: ComparedPage): ReportPart {
  const series = rows.flatMap(({ name, ahead }, colour) =>
    ahead ? [{ name, colour, points: pointsOf(ahead) }] : [],
  );
  const copyLast = onSameUnits(figures) ? 'copy-last' : `copy-last on the clips of ${rows[0]!.name}`;
  const baseline = copyLastAhead
    ? [{ name: copyLast, colour: rows.length, points: pointsOf(copyLastAhead) }]
    : [];
  const plot: CurvePlot = {
    title: 'Rollout: MSE by frames ahead',
    xLabel: 'frames ahead',
    yLabel: 'MSE per pixel value',
    series: [...series, ...baseline],
  };
  return { title: 'Rollout', curves: series.length > 0 ? [plot] : [] };
}

function pointsOf(values: readonly number[]) {
  return values.map((y, at) => ({ x: at + 1, y }));
}

function learningCurves({ rows, single, validationUnit }: ComparedPage): CurvePlot[] {
  const logs = rows.map(({ name, runs }, colour) => ({
    name,
    colour,
    validation: runs[0]!.validation,
    metrics: runs.map(({ run }) => readMetrics(run.metrics)),
  }));
  const means = single ? ['Means over seeds.'] : [];
  const losses = logs.map(({ name, colour, metrics }) => {
    // Raw points of several runs would lie over each other.
    const { raw: _, ...course } = courseOf(name, meanCourse(metrics, 'loss', 1), colour);
    return course;
  });
  return [
    {
      title: 'Validation error',
      xLabel: 'training step',
      yLabel: validationUnit,
      logY: true,
      ...(single && { caption: means.join(' ') }),
      series: logs.map(({ name, colour, metrics, validation: { key, scale } }) => ({
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
      caption: [
        ...means,
        'Losses of different methods are of different scales.',
        smoothingCaption({ series: losses }),
      ]
        .filter(Boolean)
        .join(' '),
      series: losses,
    },
  ];
}
