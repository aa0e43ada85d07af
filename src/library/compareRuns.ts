import { dirname } from 'node:path';
import { UsageError } from '../common/errors.js';
import { makeFolder } from '../common/files/makeFolder.js';
import type { PipelineKind } from '../config/pipelineKind.js';
import { frameShapeOf } from '../data/frameShape.js';
import { type ComparedPage, type PageRun, writeComparedPage } from './comparing/comparedPage.js';
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
import { validationKeyOf } from './reporting/learningCurve.js';
import type { Watching } from './watching.js';

export interface CompareRunsOptions extends Watching {
  /** The page, ending in `.html`; `comparison.html` by default. */
  readonly out?: string;
}

/** Runs that were compared. */
export interface ComparedTests {
  /** What they learned from. */
  readonly kind: PipelineKind;
  readonly runs: readonly PageRun[];
  readonly figures: readonly ComparedFigure[];
  /** Each run beside the first one. */
  readonly differences: readonly RunDifference[];
  /** What was measured, in a few words. */
  readonly unit: string;
  /** The path of the page. */
  readonly page: string;
}

/**
 * Any runs side by side: what they come to on their test splits, with paired intervals where these are the same, the courses of
 * training, and predictions of the same clips. A run that was not measured clip by clip before is measured now; the scores are
 * kept in its folder.
 * @param paths run folders, two or more, all on clips or all on images
 * @throws UsageError or ForeframeError of one line, before anything is measured, when a path is no run with weights, or the runs
 * are of different kinds
 */
export async function compareRuns(
  paths: readonly string[],
  options: CompareRunsOptions = {},
): Promise<ComparedTests> {
  const { out = 'comparison.html', ...watching } = options;
  if (!out.endsWith('.html')) throw new UsageError(`--out ${out}: end the name in .html`);
  const opened = await openCompared(paths);
  // First, so that a folder that cannot be made is not noticed after all the work.
  await makeFolder(dirname(out));
  const page =
    opened.kind === 'clips' ? await clipPage(opened.runs, watching) : await imagePage(opened.runs, watching);
  await writeComparedPage(out, page);
  const { runs, figures, differences, unit } = page;
  return { kind: opened.kind, runs, figures, differences, unit, page: out };
}

async function clipPage(runs: readonly ComparedClipRun[], watching: Watching): Promise<ComparedPage> {
  const measured: MeasuredClipRun[] = [];
  const arithmetic = commonArithmetic(runs);
  for (const run of runs) measured.push(await measureClipRun(run, runs[0]!.config, arithmetic, watching));
  const figures = clipFigures(measured.map(({ scores }) => scores));
  const [first] = measured;
  const units = measured.map(({ scores, data }) => `${scores.nextFrame.clips.length} test clips of ${data}`);
  return {
    runs: measured.map((each): PageRun => {
      const { height, width, channels } = frameShapeOf(each.config.data);
      const validation = { key: 'validation', scale: 1 / (height * width * channels) };
      return { ...each, validation, ahead: each.scores.rollout?.byStep.model };
    }),
    figures,
    differences: differencesOf(figures),
    unit: [...new Set(units)].join('; '),
    validationUnit: 'MSE per pixel value',
    copyLastAhead: first!.scores.rollout?.byStep.copyLast,
  };
}

async function imagePage(runs: readonly ComparedImageRun[], watching: Watching): Promise<ComparedPage> {
  const measured: MeasuredImageRun[] = [];
  const arithmetic = commonArithmetic(runs);
  for (const run of runs) measured.push(await measureImageRun(run, arithmetic, watching));
  const figures = imageFigures(measured);
  return {
    runs: measured.map((each): PageRun => {
      const validation = { key: validationKeyOf(each.config), scale: 1 };
      return { ...each, step: each.evaluation.best.step, validation };
    }),
    figures,
    differences: differencesOf(figures),
    unit: `percent of wrong answers; ${measured[0]!.evaluation.data}`,
    validationUnit: 'error, % of images',
  };
}
