import type { LatentColumn, LatentRows } from '../../analysis/latents/latentsFile.js';
import { type LatentVariable, tableRowsOf } from '../../analysis/protocols/latentTable.js';
import { ForeframeError } from '../../common/errors.js';

/** Rows in which the target of a probe is known, and how many others there are. */
export interface KnownTargets<T extends LatentRows> {
  readonly table: T;
  readonly without: number;
}

/**
 * The rows of a table that have the target: a number that is missing is NaN in one's own data, a label that is missing is empty.
 * @param columns of the target
 * @throws ForeframeError when there are none
 */
export function withTarget<T extends LatentRows>(
  path: string,
  table: T,
  target: LatentVariable | string,
): KnownTargets<T> {
  const names = typeof target === 'string' ? [`label.${target}`, target] : target.columns;
  const columns = names.map((name) => table.columns[name]).filter((column) => column !== undefined);
  const isKnown = (row: number) => columns.every((column) => !isMissing(column, row));
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row).filter(isKnown);
  const without = table.rows - rows.length;
  if (without === 0) return { table, without };
  if (rows.length === 0)
    throw new ForeframeError(`${path}: no row has a value of ${names.at(-1)}: there is nothing to probe for`);
  return { table: { ...table, ...tableRowsOf(table, rows) }, without };
}

/**
 * The rows of a table to train on and those to test on, where it holds both: what is not of split `test` is trained on.
 * @returns nothing where its rows are of one split, or do not say
 */
export function bySplit(table: LatentRows): { train: LatentRows; test: LatentRows } | undefined {
  const { split } = table.columns;
  if (!Array.isArray(split)) return undefined;
  const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
  const train = rows.filter((row) => split[row] === 'train' || split[row] === 'validation');
  const test = rows.filter((row) => split[row] === 'test');
  if (train.length === 0 || test.length === 0) return undefined;
  return { train: tableRowsOf(table, train), test: tableRowsOf(table, test) };
}

function isMissing(column: LatentColumn, row: number): boolean {
  const value = column[row]!;
  return value === '' || (typeof value === 'number' && Number.isNaN(value));
}
