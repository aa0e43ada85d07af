import type { ColumnSource } from 'hyparquet-writer';
import { ForeframeError } from '../../common/errors.js';
import type { LatentColumn, LatentRows } from './latentsFile.js';
import type { LatentsLayout } from './latentsSchema.js';
import { storedName } from './storedNames.js';

/** Collects rows of a row group in memory that is reused for every group. */
export class RowGroupBuffer {
  readonly #columns = new Map<string, string[] | Int32Array | Float64Array>();
  readonly #layers = new Map<string, { readonly width: number; readonly data: Float32Array }>();
  /** Columns in which NaN stands for no number. */
  readonly #optional: ReadonlySet<string>;
  rows = 0;

  constructor(
    { columns, layers }: LatentsLayout,
    /** Rows of a full group. */
    readonly capacity: number,
  ) {
    this.#optional = new Set(columns.filter(({ type }) => type === 'optional').map(({ name }) => name));
    for (const { name, type } of columns) {
      const Numbers = type === 'whole' ? Int32Array : Float64Array;
      this.#columns.set(name, type === 'text' ? [] : new Numbers(capacity));
    }
    for (const { name, width } of layers)
      this.#layers.set(name, { width, data: new Float32Array(capacity * width) });
  }

  /**
   * Takes as many rows of `given` from `from` on as fit, and returns how many.
   * @param firstRow number of `given`'s first row in the file, for messages
   * @throws ForeframeError when a number is infinite, or NaN where there has to be one
   */
  take(given: LatentRows, from: number, firstRow: number): number {
    const count = Math.min(this.capacity - this.rows, given.rows - from);
    for (const [name, column] of this.#columns) {
      const values = given.columns[name]!;
      const optional = this.#optional.has(name);
      if (values instanceof Float64Array)
        checkFinite(values, from, count, { name: `column ${name}`, width: 1, optional }, firstRow);
      copy(values, from, count, column, this.rows);
    }
    for (const [name, { width, data }] of this.#layers) {
      const { data: values } = given.layers[name]!;
      checkFinite(values, from, count, { name: `layer ${name}`, width }, firstRow);
      data.set(values.subarray(from * width, (from + count) * width), this.rows * width);
    }
    this.rows += count;
    return count;
  }

  /** The rows as the Parquet writer wants them. */
  columnData(): ColumnSource[] {
    const columns = [...this.#columns].map(([name, data]) => ({
      name: storedName(name),
      data: this.#optional.has(name) ? this.#withNulls(data as Float64Array) : data.slice(0, this.rows),
    }));
    const layers = [...this.#layers].map(([name, { width, data }]) => ({
      name: storedName(name),
      data: Array.from({ length: this.rows }, (_, row) =>
        Array.from(data.subarray(row * width, (row + 1) * width)),
      ),
      // Activations hardly ever repeat: looking for a dictionary and compressing cost more than they save.
      encoding: 'PLAIN' as const,
      codec: 'UNCOMPRESSED' as const,
    }));
    return [...columns, ...layers].map((each) => ({ ...each, offsetIndex: false }));
  }

  #withNulls(data: Float64Array): (number | null)[] {
    return Array.from(data.subarray(0, this.rows), (value) => (Number.isNaN(value) ? null : value));
  }

  clear(): void {
    this.rows = 0;
  }
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
