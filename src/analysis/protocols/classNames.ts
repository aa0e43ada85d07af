import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import type { LatentColumn, LatentRows } from '../latents/latentsFile.js';

/** Names of a label's classes, each at the index that encodes it; undefined where the classes are whole numbers already. */
export type ClassNames = readonly string[] | undefined;

const LABEL = 'label.';

/** The column of a label, with or without `label.` before its name. */
export function labelColumn({ columns }: Pick<LatentRows, 'columns'>, label: string): string | undefined {
  return [LABEL + label, label].find((name) => Object.hasOwn(columns, name));
}

/**
 * The classes of a label in all of some tables together: text, or whole numbers that no Int32Array holds.
 * @throws ForeframeError for numbers that are no classes, or text in one table and numbers in another
 */
export function classNamesOf(label: string, ...tables: readonly LatentRows[]): ClassNames {
  const all = tables.flatMap((table) => {
    const column = labelColumn(table, label);
    return column === undefined ? [] : [{ column, values: required(table.columns, column) }];
  });
  if (all.every(({ values }) => values instanceof Int32Array)) return undefined;
  for (const { column, values } of all) checkClasses(column, values);
  const names = [...new Set(all.flatMap(({ values }) => Array.from(values as ArrayLike<unknown>, String)))];
  const numbers = names.every(isWhole);
  const text = all.find(({ values }) => !Array.from(values as ArrayLike<unknown>, String).every(isWhole));
  const number = all.find(({ values }) => values instanceof Int32Array || values instanceof Float64Array);
  if (text && number)
    throw new ForeframeError(
      `${text.column} is text in one table and numbers in the other: write both in the same form`,
    );
  return numbers ? names.sort(byNumber) : names.sort();
}

/** A label's values as indices of its classes, or unchanged where they are whole numbers already. */
export function codesOf(values: LatentColumn, names: ClassNames): Int32Array {
  if (!names) return values as Int32Array;
  const places = new Map(names.map((name, place) => [name, place]));
  return Int32Array.from(values as ArrayLike<unknown>, (value) => required(places, String(value)));
}

/** What a class is called. */
export function classNameOf(code: number, names: ClassNames): string {
  return names?.[code] ?? String(code);
}

function checkClasses(column: string, values: LatentColumn): void {
  if (!(values instanceof Float64Array)) return;
  const bad = values.findIndex((value) => !Number.isSafeInteger(value));
  if (bad < 0) return;
  throw new ForeframeError(
    Number.isFinite(values[bad])
      ? `${column} is ${values[bad]} in row ${bad}: that is not a class; probe it with --method ridge`
      : `${column} is ${values[bad]} in row ${bad}: leave such rows out`,
  );
}

function isWhole(text: string): boolean {
  return /^-?\d+$/.test(text);
}

function byNumber(a: string, b: string): number {
  const [x, y] = [BigInt(a), BigInt(b)];
  return x < y ? -1 : Number(x > y);
}
