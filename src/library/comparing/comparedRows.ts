import type { RunFolder } from '../../runs/runFolder.js';
import type { WatchedClip } from '../reporting/watchedClips.js';
import type { NamedRun } from './comparedTables.js';
import { type SeedGroup, seedGroups } from './seedGroups.js';

/** A run with what a page shows of it. */
export interface PageRun extends NamedRun {
  readonly run: RunFolder;
  /** The key of its validation error in the log, and what it is multiplied with. */
  readonly validation: { readonly key: string; readonly scale: number };
  /** That of its weights, by which a seed is chosen to be looked at. */
  readonly validationError: number;
  /** Of a run on clips. */
  readonly watched?: readonly WatchedClip[];
  /** The curve of a rollout by frames ahead. */
  readonly ahead?: readonly number[];
}

/** A row of a comparison, in one colour wherever it is drawn: a run, or the seeds of a setting. */
export interface PageRow extends NamedRun {
  readonly runs: readonly PageRun[];
  readonly watched?: readonly WatchedClip[];
  readonly ahead?: readonly number[];
}

/** Rows of settings where several runs are seeds of one, with which runs each is of; nothing where every run is a setting of its own. */
export function settingRows(
  runs: readonly PageRun[],
): { readonly rows: readonly PageRow[]; readonly groups: readonly SeedGroup[] } | undefined {
  const groups = seedGroups(runs);
  if (groups.length === runs.length) return undefined;
  return {
    groups,
    rows: groups.map(({ name, seeds, runs: places }): PageRow => {
      const own = places.map((at) => runs[at]!);
      const shown = bestOf(own);
      const ahead = meanOfCurves(own.map((run) => run.ahead));
      return {
        ...{ name, config: own[0]!.config, step: shown.step, seeds, runs: own },
        ...(shown.watched && { watched: shown.watched }),
        ...(ahead && { ahead }),
      };
    }),
  };
}

/** Every run as a row. */
export function singleRows(runs: readonly PageRun[]): PageRow[] {
  return runs.map((run) => ({ ...run, runs: [run] }));
}

/** The run of the lowest validation error. */
function bestOf(runs: readonly PageRun[]): PageRun {
  return runs.reduce((best, run) => (run.validationError < best.validationError ? run : best));
}

function meanOfCurves(curves: readonly (readonly number[] | undefined)[]): number[] | undefined {
  const known = curves.flatMap((curve) => (curve ? [curve] : []));
  if (known.length === 0 || known.some(({ length }) => length !== known[0]!.length)) return undefined;
  return known[0]!.map((_, at) => known.reduce((sum, curve) => sum + curve[at]!, 0) / known.length);
}
