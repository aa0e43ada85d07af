import { ForeframeError, UsageError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { nearest } from '../../common/text/nearest.js';
import { checkMatrix } from '../algebra/checks.js';
import { type DoubleMatrix, type Matrix, selectRows, zeros } from '../algebra/matrix.js';
import type { LatentColumn, LatentMatrix, LatentRows } from '../latents/latentsFile.js';
import { type ClassNames, classNamesOf, codesOf, labelColumn } from './classNames.js';

// What the protocols read from a table of latents (`readLatents`): rows of one time, layers, latent variables and labels.

/** A variable that generated the frames: one number, or several such as x and y. */
export interface LatentVariable {
  readonly name: string;
  /** Columns of the table, one per component. */
  readonly columns: readonly string[];
}

const VARIABLE = 'latent.';
const LABEL = 'label.';

/** The latent variables of a table, components of one name together. */
export function variablesOf({ columns }: Pick<LatentRows, 'columns'>): LatentVariable[] {
  const found = new Map<string, string[]>();
  for (const column of Object.keys(columns)) {
    if (!column.startsWith(VARIABLE)) continue;
    const name = column.slice(VARIABLE.length).replace(/\.\d+$/, '');
    found.set(name, [...(found.get(name) ?? []), column]);
  }
  return [...found].map(([name, parts]) => ({ name, columns: parts }));
}

/** Names of a table's labels, without `label.`. */
export function labelNames({ columns }: Pick<LatentRows, 'columns'>): string[] {
  return Object.keys(columns)
    .filter((column) => column.startsWith(LABEL))
    .map((column) => column.slice(LABEL.length));
}

/** Times that have rows, ascending. */
export function timesOf(table: LatentRows): number[] {
  return [...new Set(times(table))].sort((a, b) => a - b);
}

/**
 * Numbers of the rows at one time, in the order of the table.
 * @throws UsageError naming the times there are
 */
export function rowsAtTime(table: LatentRows, time: number): Int32Array {
  const all = times(table);
  const rows = Int32Array.from(all.keys()).filter((row) => all[row] === time);
  if (rows.length > 0) return rows;
  throw new UsageError(`there are no rows of time ${time}; times with rows: ${timesOf(table).join(', ')}`);
}

/** The rows at one time as a table of their own. @throws UsageError naming the times there are */
export function rowsOnlyAt(table: LatentRows, time: number): LatentRows {
  return tableRowsOf(table, rowsAtTime(table, time));
}

/** Some rows of a table, in that order, as a table of their own. */
export function tableRowsOf(table: LatentRows, rows: Int32Array): LatentRows {
  const columns = Object.entries(table.columns).map(([name, column]): [string, LatentColumn] => {
    if (column instanceof Int32Array) return [name, rows.map((row) => column[row]!)];
    if (column instanceof Float64Array) return [name, Float64Array.from(rows, (row) => column[row]!)];
    return [name, Array.from(rows, (row) => column[row]!)];
  });
  const layers = Object.entries(table.layers).map(([name, layer]): [string, LatentMatrix] => {
    const { columns: width, data } = layer;
    const part = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      part.set(data.subarray(row * width, (row + 1) * width), i * width);
    });
    return [name, { rows: rows.length, columns: width, data: part }];
  });
  return { rows: rows.length, columns: Object.fromEntries(columns), layers: Object.fromEntries(layers) };
}

/**
 * Activations of one layer in some rows.
 * @throws UsageError naming the layers there are
 * @throws ForeframeError when one of the numbers is NaN or infinite
 */
export function layerRows(table: LatentRows, layer: string, rows: Int32Array): Matrix {
  const matrix = table.layers[layer];
  if (!matrix) throw noSuch('layer', layer, Object.keys(table.layers));
  const selected = selectRows(matrix, rows);
  checkMatrix(`layer ${layer}`, selected, 'it');
  return selected;
}

/** @throws ForeframeError unless the layer is as wide in both tables */
export function checkSameWidth(layer: string, train: Matrix, test: Matrix): void {
  if (train.columns === test.columns) return;
  throw new ForeframeError(
    `layer ${layer} has ${train.columns} activations in the training table and ${test.columns} in the test table: ` +
      'extract both from one run, with the same --pool',
  );
}

/** The components of a latent variable in some rows, `[rows, components]`. */
export function variableRows(table: LatentRows, { columns }: LatentVariable, rows: Int32Array): DoubleMatrix {
  const result = zeros(rows.length, columns.length);
  columns.forEach((name, c) => {
    const values = table.columns[name];
    if (!values) throw new ForeframeError(`the test table has no ${name}, which the training table has`);
    if (!(values instanceof Float64Array || values instanceof Int32Array))
      throw new UsageError(
        /^-?\d+$/.test(values[0] ?? '')
          ? `${name} holds whole numbers beyond 2^53, which can only name classes: probe it with --method svm, logistic or knn`
          : `${name} is text (${values[0]}): probe it with --method svm, logistic or knn`,
      );
    rows.forEach((row, i) => {
      result.data[i * columns.length + c] = Number(values[row]);
    });
  });
  checkMatrix(columns[0]!, result, 'it');
  return result;
}

/**
 * A label of some rows.
 * @param names of its classes, in several tables together; those of this table by default
 * @throws UsageError naming the labels there are
 */
export function labelRows(
  table: LatentRows,
  label: string,
  rows: Int32Array,
  names?: ClassNames,
): Int32Array {
  const column = labelColumn(table, label);
  if (column === undefined) throw noSuch('label', label, labelNames(table));
  const codes = codesOf(required(table.columns, column), names ?? classNamesOf(label, table));
  return rows.map((row) => codes[row]!);
}

/**
 * The group of some rows, where a table names groups (files, people, sessions), else their clip: what is drawn, folded and counted as
 * one. Where a table names neither, every row is one.
 */
export function clipRows(table: LatentRows, rows: Int32Array): Int32Array {
  const clips = table.columns.group ?? table.columns.clip;
  if (clips === undefined) return rows.slice();
  if (clips instanceof Int32Array) return rows.map((row) => clips[row]!);
  checkNumbered('clip', clips);
  const codes = new Map<string | number, number>();
  return rows.map((row) => {
    const clip = clips[row]!;
    if (!codes.has(clip)) codes.set(clip, codes.size);
    return required(codes, clip);
  });
}

/**
 * One table with the layers of several, which hold the same rows.
 * @throws ForeframeError when they do not
 */
export function joinLayers(tables: readonly LatentRows[]): LatentRows {
  const [first] = tables;
  if (!first) throw new ForeframeError('there are no latents to join');
  const odd = tables.find(({ rows }) => rows !== first.rows);
  if (odd)
    throw new ForeframeError(`latents of ${first.rows} and of ${odd.rows} rows are not of the same clips`);
  return { ...first, layers: Object.assign({}, ...tables.map(({ layers }) => layers)) };
}

/** The error for a name that does not exist, with the nearest one that does. */
export function noSuch(what: string, name: string, there: readonly string[]): UsageError {
  const guess = nearest(
    name,
    there.filter((each) => each !== name),
  );
  const known = there.length > 0 ? `it has ${there.join(', ')}` : `it has no ${what}s at all`;
  return new UsageError(`there is no ${what} ${name}${guess ? `: did you mean ${guess}?` : ''}; ${known}`);
}

/** The time of every row; 1 in a table without times. */
function times({
  rows,
  columns,
}: LatentRows): ArrayLike<number> & Iterable<number> & { keys(): Iterable<number> } {
  const values = columns.time;
  if (values === undefined) return new Int32Array(rows).fill(1);
  if (!(values instanceof Int32Array || values instanceof Float64Array))
    throw new ForeframeError(`column time is text (${values[0]}): times are whole numbers from 1 on`);
  checkNumbered('time', values);
  return values;
}

/** @throws ForeframeError for a number that is not whole */
function checkNumbered(name: string, values: LatentColumn): void {
  if (!(values instanceof Float64Array)) return;
  const bad = values.findIndex((value) => !Number.isInteger(value));
  if (bad >= 0)
    throw new ForeframeError(`column ${name} is ${values[bad]} in row ${bad}: ${name}s are whole numbers`);
}
