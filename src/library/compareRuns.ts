import { dirname } from 'node:path';
import { UsageError } from '../common/errors.js';
import { makeFolder } from '../common/files/makeFolder.js';
import type { PipelineKind } from '../config/pipelineKind.js';
import { frameShapeOf } from '../data/frameShape.js';
import type { SampleEvaluation } from '../evaluation/sampleEvaluation.js';
import { readMetrics } from '../runs/metricsLog.js';
import { type ComparedPage, writeComparedPage } from './comparing/comparedPage.js';
import { type PageRow, type PageRun, settingRows, singleRows } from './comparing/comparedRows.js';
import {
  type ComparedFigure,
  clipFigures,
  differencesOf,
  imageFigures,
  type RunDifference,
} from './comparing/figures.js';
import {
  type MeasuredClipRun,
  type MeasuredImageRun,
  measureClipRun,
  measureImageRun,
} from './comparing/measureRuns.js';
import {
  type ComparedClipRun,
  type ComparedImageRun,
  commonArithmetic,
  openCompared,
} from './comparing/openCompared.js';
import { figureOfGroups } from './comparing/seedGroups.js';
import { loggedPoints, validationKeyOf } from './reporting/learningCurve.js';
import type { Watching } from './watching.js';

export interface CompareRunsOptions extends Watching {
  /** The page, ending in `.html`; `comparison.html` by default. */
  readonly out?: string;
  /** Every run by itself, also where several differ by their seed alone. */
  readonly single?: boolean;
}

/** Runs that were compared. */
export interface ComparedTests {
  /** What they learned from. */
  readonly kind: PipelineKind;
  readonly runs: readonly PageRun[];
  readonly figures: readonly ComparedFigure[];
  /** Settings with several seeds each, where there are such, and their figures over seeds. */
  readonly settings?: {
    readonly rows: readonly PageRow[];
    readonly figures: readonly ComparedFigure[];
  };
  /** Each run beside the first one or, where there are `settings`, each setting. */
  readonly differences: readonly RunDifference[];
  /** What was measured, in a few words. */
  readonly unit: string;
  /** The path of the page. */
  readonly page: string;
}

/**
 * Any runs side by side: what they come to on their test splits, with paired intervals where these are the same, the courses of
 * training, and predictions of the same clips. Runs that differ by their seed alone are one row, a setting. A run that was not measured clip by clip before is measured now; the scores are
 * kept in its folder.
 * @param paths run folders, two or more, all on clips or all on images
 * @throws UsageError or ForeframeError of one line, before anything is measured, when a path is no run with weights, or the runs
 * are of different kinds
 */
export async function compareRuns(
  paths: readonly string[],
  options: CompareRunsOptions = {},
): Promise<ComparedTests> {
  const { out = 'comparison.html', single = false, ...watching } = options;
  if (!out.endsWith('.html')) throw new UsageError(`--out ${out}: end the name in .html`);
  const opened = await openCompared(paths);
  // First, so that a folder that cannot be made is not noticed after all the work.
  await makeFolder(dirname(out));
  const tests =
    opened.kind === 'clips'
      ? await clipTests(opened.runs, watching)
      : await imageTests(opened.runs, watching);
  const { runs, figures, unit } = tests;
  const found = single ? undefined : settingRows(runs);
  const settings = found && {
    rows: found.rows,
    figures: figures.map((figure) => figureOfGroups(figure, found.groups)),
  };
  const { rows, figures: shown } = settings ?? { rows: singleRows(runs), figures };
  const differences = differencesOf(shown);
  const { validationUnit, copyLastAhead } = tests;
  const page = { rows, figures: shown, differences, unit, validationUnit, copyLastAhead };
  await writeComparedPage(out, { ...page, ...(settings && { single: { runs, figures } }) });
  return { kind: opened.kind, runs, figures, ...(settings && { settings }), differences, unit, page: out };
}

/** What all runs came to, each by itself. */
interface Tests extends Pick<ComparedPage, 'unit' | 'validationUnit' | 'copyLastAhead'> {
  readonly runs: readonly PageRun[];
  readonly figures: readonly ComparedFigure[];
}

async function clipTests(runs: readonly ComparedClipRun[], watching: Watching): Promise<Tests> {
  const measured: MeasuredClipRun[] = [];
  const arithmetic = commonArithmetic(runs);
  for (const run of runs)
    measured.push(await measureClipRun(run, runs[0]!.config, arithmetic, watchingOf(run, watching)));
  const figures = clipFigures(measured.map(({ scores }) => scores));
  const [first] = measured;
  const units = measured.map(({ scores, data }) => `${scores.nextFrame.clips.length} test clips of ${data}`);
  return {
    runs: measured.map((each): PageRun => {
      const { height, width, channels } = frameShapeOf(each.config.data);
      const validation = { key: 'validation', scale: 1 / (height * width * channels) };
      const logged = loggedPoints(readMetrics(each.run.metrics), 'validation', validation.scale);
      const validationError = logged.findLast(({ x }) => x === each.step)?.y ?? Number.POSITIVE_INFINITY;
      return { ...each, validation, validationError, ahead: each.scores.rollout?.byStep.model };
    }),
    figures,
    unit: [...new Set(units)].join('; '),
    validationUnit: 'MSE per pixel value',
    copyLastAhead: first!.scores.rollout?.byStep.copyLast,
  };
}

async function imageTests(runs: readonly ComparedImageRun[], watching: Watching): Promise<Tests> {
  const measured: MeasuredImageRun[] = [];
  const arithmetic = commonArithmetic(runs);
  for (const run of runs) measured.push(await measureImageRun(run, arithmetic, watchingOf(run, watching)));
  const figures = imageFigures(measured);
  return {
    runs: measured.map((each): PageRun => {
      const validation = { key: validationKeyOf(each.config), scale: 1 };
      return {
        ...each,
        step: each.evaluation.best.step,
        validation,
        validationError: bestError(each.evaluation),
      };
    }),
    figures,
    unit: `percent of wrong answers; ${measured[0]!.scores?.data ?? measured[0]!.evaluation.data}`,
    validationUnit: 'error, % of images',
  };
}

/** The tasks of each run by its name: one run's end is not the next one's. */
function watchingOf({ name }: ComparedClipRun | ComparedImageRun, watching: Watching): Watching {
  const { onProgress } = watching;
  if (!onProgress) return watching;
  return { ...watching, onProgress: (each) => onProgress({ ...each, task: `${name}: ${each.task}` }) };
}

function bestError(evaluation: SampleEvaluation): number {
  if (evaluation.kind === 'task') return evaluation.best.validation;
  return evaluation.best.validation[evaluation.network];
}
