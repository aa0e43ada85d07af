import type { ColumnSource } from 'hyparquet-writer';
import { ForeframeError } from '../common/errors.js';
import type { LatentColumn, LatentRows } from './latentsFile.js';
import type { LatentsLayout } from './latentsSchema.js';

/** Rows on their way into a row group: memory for one of them, used again and again. */
export class RowGroupBuffer {
  readonly #columns = new Map<string, string[] | Int32Array | Float64Array>();
  readonly #layers = new Map<string, { readonly width: number; readonly data: Float32Array }>();
  rows = 0;

  constructor(
    { columns, layers }: LatentsLayout,
    /** Rows of a full group. */
    readonly capacity: number,
  ) {
    for (const { name, type } of columns) {
      const Numbers = type === 'whole' ? Int32Array : Float64Array;
      this.#columns.set(name, type === 'text' ? [] : new Numbers(capacity));
    }
    for (const { name, width } of layers)
      this.#layers.set(name, { width, data: new Float32Array(capacity * width) });
  }

  /**
   * Take rows of `given` from `from` on, as many as there is room for, and say how many.
   * @param firstRow number of `given`'s first row in the file, for messages
   * @throws ForeframeError when a number is NaN or infinite
   */
  take(given: LatentRows, from: number, firstRow: number): number {
    const count = Math.min(this.capacity - this.rows, given.rows - from);
    for (const [name, column] of this.#columns) {
      const values = given.columns[name]!;
      if (values instanceof Float64Array) checkFinite(values, from, count, 1, `column ${name}`, firstRow);
      copy(values, from, count, column, this.rows);
    }
    for (const [name, { width, data }] of this.#layers) {
      const { data: values } = given.layers[name]!;
      checkFinite(values, from, count, width, `layer ${name}`, firstRow);
      data.set(values.subarray(from * width, (from + count) * width), this.rows * width);
    }
    this.rows += count;
    return count;
  }

  /** The rows as the Parquet writer wants them. */
  columnData(): ColumnSource[] {
    const columns = [...this.#columns].map(([name, data]) => ({ name, data: data.slice(0, this.rows) }));
    const layers = [...this.#layers].map(([name, { width, data }]) => ({
      name,
      data: Array.from({ length: this.rows }, (_, row) =>
        Array.from(data.subarray(row * width, (row + 1) * width)),
      ),
      // Activations hardly ever repeat: looking for a dictionary and compressing cost more than they save.
      encoding: 'PLAIN' as const,
      codec: 'UNCOMPRESSED' as const,
    }));
    return [...columns, ...layers].map((each) => ({ ...each, offsetIndex: false }));
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
  width: number,
  name: string,
  firstRow: number,
): void {
  for (let i = from * width; i < (from + count) * width; i++) {
    if (Number.isFinite(values[i]!)) continue;
    throw new ForeframeError(
      `${name} holds ${values[i]} in row ${firstRow + Math.floor(i / width)}: such latents teach nothing; ` +
        'if the weights came from a training that diverged, train again at a lower rate',
    );
  }
}
