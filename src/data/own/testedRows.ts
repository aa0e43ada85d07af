import { stat } from 'node:fs/promises';
import { mapAtMost } from '../../common/mapAtMost.js';
import type { Split } from '../../stream/frameSource.js';
import { checksumOf } from '../heldOut.js';
import type { OwnRow, OwnRows } from './ownRow.js';

/** Files that are looked at side by side. */
const LOOKS = 16;

/** As the table names it: it may have been moved together with its files. */
export function rowName({ columns: { file }, start = 0, end }: OwnRow): string {
  return `${file}#t=${start},${end ?? ''}`;
}

/** Checksum of the test rows in their order: their files, times, classes and groups. */
export async function testedRows({ rows, grouped }: OwnRows, splits: readonly Split[]): Promise<string> {
  const tested = rows.filter((_, at) => splits[at] === 'test');
  const sizes = await mapAtMost(
    tested,
    LOOKS,
    async ({ file }) => (await stat(file).catch(() => undefined))?.size,
  );
  const parts = tested.map((row, at) => [rowName(row), row.label, row.group, sizes[at] ?? null]);
  return checksumOf([grouped, parts]);
}
