import { ForeframeError } from '../../../common/errors.js';
import type { LatentColumn } from '../latentsFile.js';
import type { ParquetColumn } from './columns.js';
import { conversionOf, type Values } from './convert.js';
import { pagesOf } from './pages.js';
import type { ParquetFile } from './parquetFile.js';

/**
 * A column of plain values: whole numbers that fit as Int32Array, other numbers as Float64Array, text as it is. Whole numbers that
 * a double cannot hold (beyond 2⁵³) become text, digit by digit, so that no two of them become one class.
 * @param optional a null is read as NaN; `isOptional` says of which columns that can be asked
 * @throws ForeframeError naming column and row when there is a null, else
 */
export async function readFlat(
  file: ParquetFile,
  column: ParquetColumn,
  { optional = false }: { readonly optional?: boolean } = {},
): Promise<LatentColumn> {
  if (!conversionOf(column.leaf))
    throw new ForeframeError(
      `${file.path}: column ${column.name} holds values of a kind that is not read (${kindOf(column)})`,
    );
  const parts: Values[] = [];
  let rows = 0;
  for await (const { bytes, data } of file.chunks(column)) {
    for (const { count, definition, values } of pagesOf(bytes, data, column, file.room)) {
      const bad = definition?.findIndex((level) => level < column.levels.definition) ?? -1;
      if (bad >= 0 && !optional) throw isNull(file.path, column.name, rows + bad);
      parts.push(bad < 0 ? values : withGaps(values as Float64Array, definition!));
      rows += count;
    }
  }
  return joined(parts, rows, column);
}

/** Whether a column holds numbers, and may hold none instead. */
export function isOptional({ leaf, levels }: ParquetColumn): boolean {
  return leaf.type === 'DOUBLE' && levels.definition === 1;
}

/** @param definition 1 where there is a number, of a column that is plain */
function withGaps(numbers: Float64Array, definition: ArrayLike<number>): Float64Array {
  let next = 0;
  return Float64Array.from(definition, (level) => (level === 1 ? numbers[next++]! : Number.NaN));
}

export function isNull(path: string, column: string, row: number): ForeframeError {
  return new ForeframeError(`${path}: ${column} is null in row ${row}: leave such rows out`);
}

function joined(parts: readonly Values[], rows: number, { leaf }: ParquetColumn): LatentColumn {
  const first = parts[0];
  if (Array.isArray(first) || (!first && leaf.type === 'BYTE_ARRAY')) return parts.flat() as string[];
  if (first instanceof BigInt64Array || first instanceof BigUint64Array)
    return ofBigints(parts as readonly BigInt64Array[], rows);
  const all = new Float64Array(rows);
  let at = 0;
  for (const part of parts as readonly Float64Array[]) {
    all.set(part, at);
    at += part.length;
  }
  const real = leaf.type !== 'INT32' && leaf.type !== 'BOOLEAN';
  return real || first instanceof Float64Array || !all.every(fits) ? all : Int32Array.from(all);
}

function ofBigints(parts: readonly BigInt64Array[], rows: number): LatentColumn {
  const all = new Float64Array(rows);
  let at = 0;
  let exact = true;
  for (const part of parts) {
    for (const value of part) {
      all[at] = Number(value);
      exact &&= Number.isSafeInteger(all[at]!);
      at++;
    }
  }
  if (!exact) return parts.flatMap((part) => Array.from(part, String));
  return all.every(fits) ? Int32Array.from(all) : all;
}

function fits(value: number): boolean {
  return value === (value | 0);
}

function kindOf({ leaf }: ParquetColumn): string {
  return [leaf.type, leaf.converted_type, leaf.logical_type?.type].filter(Boolean).join(', ');
}
