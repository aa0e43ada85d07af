import { stat } from 'node:fs/promises';
import { FILES_AT_ONCE, mapAtMost } from '../../common/mapAtMost.js';
import type { Split } from '../../stream/frameSource.js';
import { checksumOf } from '../heldOut.js';
import type { OwnRow, OwnRows } from './ownRow.js';

/** As the table names it: it may have been moved together with its files. */
export function rowName({ columns: { file }, start = 0, end }: OwnRow): string {
  return `${file}#t=${start},${end ?? ''}`;
}

/** Checksum of the test rows in their order: their files, times, classes and groups. */
export async function testedRows({ rows, grouped }: OwnRows, splits: readonly Split[]): Promise<string> {
  const tested = rows.filter((_, at) => splits[at] === 'test');
  const sizes = await sizesOf(tested);
  const parts = tested.map((row, at) => [rowName(row), row.label, row.group, sizes[at] ?? null]);
  return checksumOf([grouped, parts]);
}

/** Checksum of all rows with whatever is known of them, and of the sizes of their files. */
export async function knownRows({ rows, grouped }: OwnRows): Promise<string> {
  const sizes = await sizesOf(rows);
  const parts = rows.map((row, at) => [
    ...[rowName(row), row.label, row.group, row.split ?? null, sizes[at] ?? null],
    ...Object.entries(row.columns).filter(([name]) => name !== 'group'),
  ]);
  return checksumOf([grouped, parts]);
}

function sizesOf(rows: readonly OwnRow[]): Promise<(number | undefined)[]> {
  return mapAtMost(rows, FILES_AT_ONCE, async ({ file }) => (await stat(file).catch(() => undefined))?.size);
}
