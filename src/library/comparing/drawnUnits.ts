import { labelsOf } from '../../analysis/algebra/labels.js';
import { DisjointSets } from '../../common/disjointSets.js';
import { required } from '../../common/required.js';

/** Test clips or images that resemble each other, and are drawn together: those of one group or of one file. */
export interface Together {
  readonly of: 'groups' | 'files';
  /** `[clips]`, its group or file, from 0. */
  readonly index: Int32Array;
  readonly count: number;
}

/** How many of what an interval is drawn over. */
export interface DrawnUnits {
  readonly count: number;
  readonly of: Together['of'] | 'clips' | 'images';
}

/**
 * Clips by the names of their groups; of their files where nobody named groups.
 * @returns nothing where each is drawn by itself: every file has one of them, or all are of one file
 */
export function togetherBy(names: readonly string[], named: boolean): Together | undefined {
  const places = new Map([...new Set(names)].map((name, place) => [name, place]));
  const count = places.size;
  if (!named && (count < 2 || count === names.length)) return undefined;
  return {
    of: named ? 'groups' : 'files',
    index: Int32Array.from(names, (name) => required(places, name)),
    count,
  };
}

/** What is drawn together where the same clips are measured by several runs: whatever resembles each other by one of them. */
export function joined(sides: readonly (Together | undefined)[]): Together | undefined {
  const known = sides.filter((side) => side !== undefined);
  if (known.length === 0) return undefined;
  const sets = new DisjointSets<number>();
  for (const { index, count } of known) {
    const firsts = new Int32Array(count).fill(-1);
    for (const [clip, group] of index.entries()) {
      if (firsts[group]! < 0) firsts[group] = clip;
      const [a, b] = [sets.top(firsts[group]!), sets.top(clip)];
      // The earliest clip of a set is its top.
      sets.join(Math.min(a, b), Math.max(a, b));
    }
  }
  const { index, classes } = labelsOf(known[0]!.index.map((_, clip) => sets.top(clip)));
  return { of: known.some(({ of }) => of === 'groups') ? 'groups' : 'files', index, count: classes.length };
}
