import { isDeepStrictEqual } from 'node:util';
import { joined } from './drawnUnits.js';
import type { ComparedFigure } from './figures.js';
import { meanOf, sameUnits, type UnitScores } from './unitScores.js';

/** A run as it is put together with others. */
export interface SeededRun {
  readonly name: string;
  readonly config: { readonly name: string; readonly seed: number };
}

/** Runs of the same settings that differ by their seeds alone: a row of a comparison. */
export interface SeedGroup {
  /** What the names of its runs begin with; that of the run where it is alone. */
  readonly name: string;
  /** Places of its runs. */
  readonly runs: readonly number[];
  readonly seeds: readonly number[];
}

/**
 * Runs of the same settings, in the order in which each setting comes first. Two runs of one seed are no seeds of a setting: then each run
 * is a row by itself.
 */
export function seedGroups(runs: readonly SeededRun[]): SeedGroup[] {
  const settings = runs.map(({ config: { seed: _, name: __, ...rest } }) => rest);
  const groups: number[][] = [];
  for (const at of runs.keys()) {
    const own = groups.find(([first]) => isDeepStrictEqual(settings[first!], settings[at]));
    if (own) own.push(at);
    else groups.push([at]);
  }
  const seedsOf = (group: readonly number[]) => group.map((at) => runs[at]!.config.seed);
  const apart = groups.flatMap((group) =>
    new Set(seedsOf(group)).size === group.length ? [group] : group.map((at) => [at]),
  );
  const rows = apart.map((group) => ({
    name: nameOf(group.map((at) => runs[at]!)),
    runs: group,
    seeds: seedsOf(group),
  }));
  // Two settings must not read alike.
  return rows.map((row) =>
    rows.filter(({ name }) => name === row.name).length > 1
      ? { ...row, name: row.runs.map((at) => runs[at]!.name).join(' + ') }
      : row,
  );
}

function nameOf(runs: readonly SeededRun[]): string {
  const [first, ...others] = runs;
  if (others.length === 0) return first!.name;
  let length = 0;
  while (
    length < first!.name.length &&
    others.every(({ name }) => name.startsWith(first!.name.slice(0, length + 1)))
  )
    length++;
  // `cell_seed=1` and `cell_seed=2` are of `cell`; `video` and `video-2` of `video`.
  const common = first!.name.slice(0, length).replace(/[-_. ]*(seed|s)?[-_=. ]*$/, '');
  return common || first!.config.name;
}

/** A figure of settings in place of runs: of each test clip or image the mean over seeds. */
export function figureOfGroups(figure: ComparedFigure, groups: readonly SeedGroup[]): ComparedFigure {
  const { copyLast } = figure;
  const scores = groups.map((group) => scoresOf(figure, group));
  const copies = groups.map(({ runs }) => {
    const own = runs.map((run) => copyLast?.[run]);
    if (onSameClips(figure, runs)) return own[0];
    return own.every((each) => each !== undefined) ? own.map(meanOf) : undefined;
  });
  return { ...figure, scores, ...(copyLast && { copyLast: copies }) };
}

function scoresOf(figure: ComparedFigure, { runs, seeds }: SeedGroup): UnitScores | undefined {
  const found = runs.map((at) => figure.scores[at]);
  const [first, ...others] = found;
  if (!first || others.length === 0) return first;
  if (found.some((each) => each === undefined)) return undefined;
  const all = found as UnitScores[];
  const bySeed = new Map(seeds.map((seed, at) => [seed, all[at]!.values]));
  // Seeds that were tested on clips of their own have means and no clips in common, with those of no other setting either.
  if (!onSameClips(figure, runs))
    return { units: `of runs ${runs.join(' ')}`, values: all.map(({ values }) => meanOf(values)), bySeed };
  const values = first.values.map((_, unit) => meanOf(all.map((each) => each.values[unit]!)));
  const together = joined(all.map((each) => each.together));
  return { units: first.units, values, ...(together && { together }), bySeed };
}

function onSameClips({ scores }: ComparedFigure, runs: readonly number[]): boolean {
  const first = scores[runs[0]!];
  return runs.every((run) => first && scores[run] && sameUnits(scores[run], first));
}
