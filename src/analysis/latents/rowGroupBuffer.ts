import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import type { LatentColumn, LatentRows } from './latentsFile.js';
import { columnElement, type LatentsLayout, layerElements } from './latentsSchema.js';
import type { ColumnValues, Levels } from './parquet/rowGroup.js';

/** Collects rows of a row group in memory that is reused for every group. */
export class RowGroupBuffer {
  readonly #layout: LatentsLayout;
  readonly #columns = new Map<string, string[] | Int32Array | Float64Array>();
  readonly #layers = new Map<string, LayerBuffer>();
  /** Columns in which NaN stands for no number. */
  readonly #optional: ReadonlySet<string>;
  rows = 0;

  constructor(
    layout: LatentsLayout,
    /** Rows of a full group. */
    readonly capacity: number,
  ) {
    const { columns, layers } = layout;
    this.#layout = layout;
    this.#optional = new Set(columns.filter(({ type }) => type === 'optional').map(({ name }) => name));
    for (const { name, type } of columns) {
      const Numbers = type === 'whole' ? Int32Array : Float64Array;
      this.#columns.set(name, type === 'text' ? [] : new Numbers(capacity));
    }
    for (const { name, width } of layers)
      this.#layers.set(name, {
        width,
        data: new Float32Array(capacity * width),
        levels: listLevels(capacity, width),
      });
  }

  /**
   * Takes as many rows of `given` from `from` on as fit, and returns how many.
   * @param firstRow number of `given`'s first row in the file, for messages
   * @throws ForeframeError when a number is infinite, or NaN where there has to be one
   */
  take(given: LatentRows, from: number, firstRow: number): number {
    const count = Math.min(this.capacity - this.rows, given.rows - from);
    for (const [name, column] of this.#columns) {
      const values = required(given.columns, name);
      const optional = this.#optional.has(name);
      if (values instanceof Float64Array)
        checkFinite(values, from, count, { name: `column ${name}`, width: 1, optional }, firstRow);
      copy(values, from, count, column, this.rows);
    }
    for (const [name, { width, data }] of this.#layers) {
      const { data: values } = required(given.layers, name);
      checkFinite(values, from, count, { name: `layer ${name}`, width }, firstRow);
      data.set(values.subarray(from * width, (from + count) * width), this.rows * width);
    }
    this.rows += count;
    return count;
  }

  /** The rows as they go into the file; views of this memory, which the next rows overwrite. */
  columnValues(): ColumnValues[] {
    const { rows } = this;
    const columns = this.#layout.columns.map((column): ColumnValues => {
      const data = required(this.#columns, column.name);
      const elements = [columnElement(column)];
      if (column.type === 'optional')
        return { elements, ...withNulls((data as Float64Array).subarray(0, rows)) };
      return { elements, values: Array.isArray(data) ? data.slice(0, rows) : data.subarray(0, rows) };
    });
    const layers = this.#layout.layers.map(({ name }): ColumnValues => {
      const { width, data, levels } = required(this.#layers, name);
      const { definition, repetition } = levels;
      const count = rows * width;
      return {
        elements: layerElements(name),
        values: data.subarray(0, count),
        levels: { definition: definition.subarray(0, count), repetition: repetition.subarray(0, count) },
        // Activations hardly ever repeat: looking for a dictionary and compressing cost more than they save.
        plain: true,
      };
    });
    return [...columns, ...layers];
  }

  clear(): void {
    this.rows = 0;
  }
}

interface LayerBuffer {
  readonly width: number;
  readonly data: Float32Array;
  readonly levels: Levels;
}

/** Of lists that all have `width` values. */
function listLevels(rows: number, width: number): Levels {
  const definition = new Uint8Array(rows * width).fill(1);
  const repetition = definition.map((_, i) => (i % width === 0 ? 0 : 1));
  return { definition, repetition };
}

/** NaN stands for no number. */
function withNulls(data: Float64Array): Pick<ColumnValues, 'values' | 'levels'> {
  const definition = Uint8Array.from(data, (value) => (Number.isNaN(value) ? 0 : 1));
  const values = Array.from(data, (value) => (Number.isNaN(value) ? null : value));
  return { values, levels: { definition, repetition: new Uint8Array(0) } };
}

function copy(
  values: LatentColumn,
  from: number,
  count: number,
  into: string[] | Int32Array | Float64Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) into[at + i] = values[from + i]!;
}

function checkFinite(
  values: Float32Array | Float64Array,
  from: number,
  count: number,
  { name, width, optional = false }: { name: string; width: number; optional?: boolean },
  firstRow: number,
): void {
  for (let i = from * width; i < (from + count) * width; i++) {
    if (Number.isFinite(values[i]!) || (optional && Number.isNaN(values[i]!))) continue;
    throw new ForeframeError(
      `${name} holds ${values[i]} in row ${firstRow + Math.floor(i / width)}: such latents are of no use; ` +
        'if the weights came from a training that diverged, train again at a lower rate',
    );
  }
}
