import type { SchemaElement } from 'hyparquet';
import { ForeframeError } from '../../common/errors.js';
import type { LatentColumn, LatentRows } from './latentsFile.js';
import { storedName } from './storedNames.js';

/** What the columns of some rows are called and hold; the same in all rows of a file, which calls them by `storedName`. */
export interface LatentsLayout {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** `width`: activations in a row. */
  readonly layers: readonly { readonly name: string; readonly width: number }[];
}

/** `optional`: a number or none. */
export type ColumnType = 'text' | 'whole' | 'number' | 'optional';

const PARQUET_TYPES: Readonly<Record<ColumnType, Pick<SchemaElement, 'type' | 'converted_type'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  whole: { type: 'INT32' },
  number: { type: 'DOUBLE' },
  optional: { type: 'DOUBLE' },
};

/** @throws ForeframeError when a name is taken twice, or the parts do not have as many rows as they say. */
export function layoutOf({ rows, columns, layers, optional = [] }: LatentRows): LatentsLayout {
  for (const [name, column] of Object.entries(columns)) {
    if (column.length !== rows)
      throw new ForeframeError(`column ${name} has ${column.length} values for ${rows} rows`);
    if (name in layers) throw new ForeframeError(`${name} is both a layer and a column: rename one of them`);
  }
  checkNames([...Object.keys(columns), ...Object.keys(layers)]);
  for (const [name, layer] of Object.entries(layers)) {
    if (layer.columns < 1) throw new ForeframeError(`layer ${name} has no activations`);
    if (layer.rows !== rows || layer.data.length !== rows * layer.columns) {
      throw new ForeframeError(
        `layer ${name} says ${layer.rows} × ${layer.columns} but holds ${layer.data.length} numbers for ${rows} rows`,
      );
    }
  }
  return {
    columns: Object.entries(columns).map(([name, column]) => ({
      name,
      type: optional.includes(name) && column instanceof Float64Array ? 'optional' : typeOf(column),
    })),
    layers: Object.entries(layers).map(([name, layer]) => ({ name, width: layer.columns })),
  };
}

/** Bytes of one row, text left out. */
export function rowBytes({ columns, layers }: LatentsLayout): number {
  return 8 * columns.length + layers.reduce((sum, { width }) => sum + 4 * width, 0);
}

export function parquetSchema({ columns, layers }: LatentsLayout): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length + layers.length },
    ...columns.map(columnElement),
    ...layers.flatMap(({ name }) => layerElements(name)),
  ];
}

export function columnElement({ name, type }: LatentsLayout['columns'][number]): SchemaElement {
  return {
    name: storedName(name),
    repetition_type: type === 'optional' ? 'OPTIONAL' : 'REQUIRED',
    ...PARQUET_TYPES[type],
  };
}

/** Layers are lists of float32, never null, never of null: a list, what repeats in it, and its values. */
export function layerElements(name: string): SchemaElement[] {
  return [
    { name: storedName(name), repetition_type: 'REQUIRED', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
  ];
}

/** @throws ForeframeError for two names that would be one in the file */
function checkNames(names: readonly string[]): void {
  const taken = new Map<string, string>();
  for (const name of names) {
    const stored = storedName(name);
    const other = taken.get(stored);
    if (other !== undefined)
      throw new ForeframeError(
        `${other} and ${name} would both be the column ${stored} of the file: rename one of them`,
      );
    taken.set(stored, name);
  }
}

function typeOf(column: LatentColumn): ColumnType {
  if (column instanceof Int32Array) return 'whole';
  return column instanceof Float64Array ? 'number' : 'text';
}
