import {
  type ComparedFigure,
  differencesOf,
  imageFigures,
  type RunDifference,
} from '../library/comparing/figures.js';
import { measureImageRun } from '../library/comparing/measureRuns.js';
import { commonArithmetic } from '../library/comparing/openCompared.js';
import { figureOfGroups } from '../library/comparing/seedGroups.js';
import type { UnitScores } from '../library/comparing/unitScores.js';
import type { Watching } from '../library/watching.js';
import { readsAs } from '../report/parts/numbers.js';
import { RunFolder } from '../runs/runFolder.js';
import type { Outcome } from '../sweep/cellOutcome.js';
import { type OverSeeds, overSeeds } from '../sweep/sweepTable.js';
import { rowSeconds, secondsPerStep } from './cost.js';
import type { PlannedRow, PreparedBenchmark, RowRun } from './plan.js';
import type { Progress } from './progress.js';

/** A training that is done, with what it came to. */
export interface DoneRun extends RowRun {
  readonly outcome: Outcome;
}

/** A row with what its trainings came to, over draws and seeds. */
export interface MeasuredRow {
  readonly planned: PlannedRow;
  readonly done: readonly DoneRun[];
  /** Percent of wrong answers. */
  readonly validation?: OverSeeds;
  readonly test?: OverSeeds;
  /** Test error less that of the baseline on the same draws and seeds. */
  readonly difference?: RunDifference;
  /** The lowest mean validation error of the rows that are complete; rows that read the same are all the best. */
  readonly best: boolean;
  readonly secondsPerStep?: number;
  /** Of training, of the whole row. */
  readonly cost?: number;
  /** Why trainings are missing, one line each. */
  readonly missing: readonly string[];
}

/** What all rows came to. Test images that a run answered wrongly are measured once and kept in its folder. */
export async function measureRows(
  { rows }: PreparedBenchmark,
  progress: Progress,
  watching: Watching,
): Promise<MeasuredRow[]> {
  const scored = new Map<PlannedRow, ScoredRow>();
  for (const row of rows) {
    const done = row.runs.flatMap((run): DoneRun[] => {
      const outcome = progress.outcomes.get(run);
      return outcome ? [{ ...run, outcome }] : [];
    });
    scored.set(row, { done, figure: await figureOf(done, watching) });
  }
  const baseline = scored.get(rows[0]!)!;
  const measured = rows.map((planned): MeasuredRow => {
    const own = scored.get(planned)!;
    return { ...rowOf(planned, own, baseline, progress), best: false };
  });
  const complete = measured.filter(
    ({ done, planned }) => done.length > 0 && done.length === planned.runs.length,
  );
  const lowest = readsAs(Math.min(...complete.map(({ validation }) => validation!.mean)));
  return measured.map((row) => ({
    ...row,
    best: complete.includes(row) && readsAs(row.validation!.mean) === lowest,
  }));
}

interface ScoredRow {
  readonly done: readonly DoneRun[];
  readonly figure: ComparedFigure | undefined;
}

function rowOf(
  planned: PlannedRow,
  own: ScoredRow,
  baseline: ScoredRow,
  { failures, unaffordable }: Progress,
): Omit<MeasuredRow, 'best'> {
  const { done } = own;
  const difference = own === baseline ? undefined : differenceTo(baseline, own);
  const cost = rowSeconds(planned);
  const perStep = secondsPerStep(planned);
  const failed = planned.runs.flatMap((run) => {
    const reason = failures.get(run);
    return reason === undefined ? [] : [`draw ${run.draw}, seed ${run.seed} failed: ${reason}`];
  });
  return {
    planned,
    done,
    ...(done.length > 0 && {
      validation: overSeeds(done.map(({ outcome }) => outcome.validation)),
      test: overSeeds(done.map(({ outcome }) => outcome.test['test error %']!)),
    }),
    ...(difference && { difference }),
    ...(perStep !== undefined && { secondsPerStep: perStep }),
    ...(cost !== undefined && { cost }),
    missing: [planned.leftOut, unaffordable.get(planned), ...failed].filter((line) => line !== undefined),
  };
}

/** The test errors of a row's runs, image by image. */
async function figureOf(done: readonly DoneRun[], watching: Watching): Promise<ComparedFigure | undefined> {
  const measured = [];
  for (const { prepared, config } of done) {
    const run = await RunFolder.open(prepared.choice.folder);
    const compared = { name: prepared.run.name, run, config };
    measured.push(await measureImageRun(compared, commonArithmetic([compared]), watching));
  }
  return measured.length > 0 ? imageFigures(measured)[0] : undefined;
}

/** Over the draws and seeds that both rows have: in pairs of trainings, and of test images. */
function differenceTo(baseline: ScoredRow, own: ScoredRow): RunDifference | undefined {
  const both = own.done.flatMap((run, at) => {
    const first = baseline.done.findIndex(({ draw, seed }) => draw === run.draw && seed === run.seed);
    return first >= 0 ? [{ at, first }] : [];
  });
  if (both.length === 0 || !own.figure || !baseline.figure) return undefined;
  const scores = [
    scoresAt(
      baseline.figure,
      both.map(({ first }) => first),
    ),
    scoresAt(
      own.figure,
      both.map(({ at }) => at),
    ),
  ];
  return differencesOf([{ ...own.figure, scores }])[0];
}

/** A draw with a seed stands in the place of a seed. */
function scoresAt(figure: ComparedFigure, runs: readonly number[]): UnitScores | undefined {
  const group = { name: '', runs, seeds: runs.map((_, at) => at) };
  return figureOfGroups(figure, [group]).scores[0];
}
