import { realpath } from 'node:fs/promises';
import { DisjointSets } from '../../common/disjointSets.js';
import { groupBy } from '../../common/groupBy.js';
import type { Split } from '../../stream/frameSource.js';
import type { VideoSource } from '../../video/index.js';
import type { OwnRow, OwnRows } from './ownRow.js';

/** The file of a source under the one name that all names of it lead to. */
export async function realFile(source: VideoSource): Promise<string> {
  const path =
    source.kind === 'file' ? source.path : source.kind === 'images' ? source.files[0]! : source.name;
  return realpath(path).catch(() => path);
}

/**
 * What is never divided, by name: for each row its group, joined with every group that shows the same frames, which are parts of one
 * file that overlap. Without groups the files themselves, whatever names lead to them.
 * @returns names of the rows' units, and the first two groups that were joined
 */
export function unitsOfRows({ rows, grouped }: OwnRows): {
  readonly units: readonly string[];
  readonly joined: readonly [string, string] | undefined;
} {
  const sets = new DisjointSets<string>();
  let joined: readonly [string, string] | undefined;
  for (const [before, row] of neighbours(rows, grouped))
    if (sets.join(before.group, row.group)) joined ??= [before.group, row.group];
  return { units: rows.map(({ group }) => sets.top(group)), joined };
}

/** A row that shows frames which another split shows, too. */
export function tornFrames(rows: readonly OwnRow[], splits: readonly Split[]): OwnRow | undefined {
  for (const [, places] of groupBy([...rows.keys()], (place) => rows[place]!.file)) {
    const ends = new Map<Split, number>();
    for (const place of places.sort((a, b) => startOf(rows[a]!) - startOf(rows[b]!))) {
      const [row, split] = [rows[place]!, splits[place]!];
      if ([...ends].some(([other, end]) => other !== split && end > startOf(row))) return row;
      ends.set(split, Math.max(ends.get(split) ?? 0, endOf(row)));
    }
  }
  return undefined;
}

/** Pairs of rows of one file: those that overlap, or all. */
function* neighbours(rows: readonly OwnRow[], overlapping: boolean): Generator<readonly [OwnRow, OwnRow]> {
  for (const [, own] of groupBy(rows, ({ file }) => file)) {
    const [first, ...others] = own.sort((a, b) => startOf(a) - startOf(b));
    let longest = first!;
    for (const row of others) {
      if (!overlapping || endOf(longest) > startOf(row)) yield [longest, row];
      if (endOf(row) > endOf(longest)) longest = row;
    }
  }
}

function startOf({ start = 0 }: OwnRow): number {
  return start;
}

function endOf({ end = Number.POSITIVE_INFINITY }: OwnRow): number {
  return end;
}
