import { groupBy } from '../common/groupBy.js';
import { statistic } from '../evaluation/metrics.js';
import { readsAs } from '../report/parts/numbers.js';
import type { Figure, Outcome } from './cellOutcome.js';
import type { Cell, SweepRun } from './plan.js';

/** A run with what it came to, or why it came to nothing. */
export interface TriedRun {
  readonly run: SweepRun;
  readonly outcome?: Outcome;
  /** One line, of a run that failed; a run with neither has not been trained yet. */
  readonly failure?: string;
}

/** A figure over seeds: the standard deviation has n − 1, and is missing of one seed. */
export interface OverSeeds {
  readonly mean: number;
  readonly sd?: number;
}

/** A row of the table: a cell over its seeds. */
export interface SweepRow {
  readonly cell: Cell;
  /** Those that were trained and measured. */
  readonly seeds: readonly number[];
  /** Those that should be. */
  readonly wanted: number;
  /** How many of them did no better on the validation split than before their first step. */
  readonly unlearned: number;
  readonly validation?: OverSeeds;
  readonly test: Readonly<Record<string, OverSeeds>>;
  /** The lowest validation error of all rows that are complete; rows that read the same are all the best. */
  readonly best: boolean;
}

export interface SweepTable {
  readonly figures: readonly Figure[];
  readonly rows: readonly SweepRow[];
  /** Means over all runs: they are shown the same test clips, unless the grid changes the data. */
  readonly copyLast?: Readonly<Record<string, Pick<OverSeeds, 'mean'>>>;
}

/** All cells of a sweep in the order of its grid. */
export function sweepTable(tried: readonly TriedRun[], all: readonly Figure[]): SweepTable {
  const cells = [...groupBy(tried, ({ run }) => run.cell)];
  const outcomes = tried.flatMap(({ outcome }) => outcome ?? []);
  const figures = all.filter(({ name }) => outcomes.some(({ test }) => test[name] !== undefined));
  const rows = cells.map(([cell, runs]) => rowOf(cell, runs, figures));
  const complete = rows.filter(({ seeds, wanted }) => seeds.length === wanted);
  const compared = (complete.length > 0 ? complete : rows).flatMap(({ validation }) => {
    return validation && !Number.isNaN(validation.mean) ? [validation.mean] : [];
  });
  const lowest = readsAs(Math.min(...compared));
  const isBest = ({ seeds, wanted, validation }: SweepRow) =>
    compared.length > 0 &&
    (seeds.length === wanted || complete.length === 0) &&
    validation !== undefined &&
    readsAs(validation.mean) === lowest;
  const copies = outcomes.map(({ copyLast }) => copyLast).filter((each) => each !== undefined);
  return {
    figures,
    rows: rows.map((row) => ({ ...row, best: isBest(row) })),
    ...(copies.length > 0 && { copyLast: withoutDeviation(means(copies, figures)) }),
  };
}

function rowOf(cell: Cell, runs: readonly TriedRun[], figures: readonly Figure[]): SweepRow {
  const known = runs.flatMap(({ run, outcome }) => (outcome ? [{ seed: run.seed, outcome }] : []));
  const outcomes = known.map(({ outcome }) => outcome);
  return {
    cell,
    seeds: known.map(({ seed }) => seed),
    wanted: runs.length,
    unlearned: outcomes.filter(({ step }) => step === 0).length,
    ...(known.length > 0 && { validation: overSeeds(outcomes.map(({ validation }) => validation)) }),
    test: means(
      outcomes.map(({ test }) => test),
      figures,
    ),
    best: false,
  };
}

function means(
  all: readonly Readonly<Record<string, number>>[],
  figures: readonly Figure[],
): Record<string, OverSeeds> {
  return Object.fromEntries(
    figures.flatMap(({ name }) => {
      const values = all.flatMap((each) => each[name] ?? []);
      return values.length > 0 ? [[name, overSeeds(values)]] : [];
    }),
  );
}

/** It does not learn: seeds are not what it differs by. */
function withoutDeviation(all: Readonly<Record<string, OverSeeds>>): Record<string, { mean: number }> {
  return Object.fromEntries(Object.entries(all).map(([name, { mean }]) => [name, { mean }]));
}

/** Mean and standard deviation of trainings. */
export function overSeeds(values: readonly number[]): OverSeeds {
  const { mean, sd } = statistic(values.map((value) => [value]));
  return sd === undefined ? { mean } : { mean, sd };
}
