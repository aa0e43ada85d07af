import type { LatentColumn, LatentRows } from '../../analysis/latents/latentsFile.js';
import { groupBy } from '../../common/groupBy.js';

/** Columns that say which frames a row of one's own data shows. */
export const SHOWN: readonly string[] = ['file', 'start', 'end'];

/**
 * The same rows, of which groups that show the same frames are one: parts of one file that overlap. A fold or an interval must not have
 * them on two sides, whatever a table calls their groups.
 */
export function withSharedFrames<T extends LatentRows>(table: T): T {
  const { file, group, start, end } = table.columns;
  if (!Array.isArray(file) || !Array.isArray(group) || !(start ?? end)) return table;
  const above = new Map<string, string>();
  const topOf = (name: string): string => {
    let top = name;
    for (let next: string | undefined = name; next !== undefined; next = above.get(top)) top = next;
    return top;
  };
  const startOf = (row: number) => timeIn(start, row) ?? 0;
  const endOf = (row: number) => timeIn(end, row) ?? Number.POSITIVE_INFINITY;
  for (const [, rows] of groupBy([...file.keys()], (row) => file[row])) {
    const [first, ...others] = rows.sort((a, b) => startOf(a) - startOf(b));
    let longest = first!;
    for (const row of others) {
      const [a, b] = [topOf(group[longest]), topOf(group[row])];
      if (endOf(longest) > startOf(row) && a !== b) above.set(b, a);
      if (endOf(row) > endOf(longest)) longest = row;
    }
  }
  if (above.size === 0) return table;
  return { ...table, columns: { ...table.columns, group: group.map(topOf) } };
}

function timeIn(column: LatentColumn | undefined, row: number): number | undefined {
  const value = column?.[row];
  return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
}
