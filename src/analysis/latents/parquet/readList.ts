import type { LatentMatrix } from '../latentsFile.js';
import type { ParquetColumn } from './columns.js';
import { ParquetFault } from './fault.js';
import { type Page, pagesOf } from './pages.js';
import type { ParquetFile } from './parquetFile.js';
import { isNull } from './readFlat.js';

/**
 * A column of lists of numbers, of the same length in every row.
 * @param width numbers in each row, where that is known
 * @throws ForeframeError naming column and row for a null, in place of a list or in one
 * @throws ParquetFault for rows of other lengths
 */
export async function readList(
  file: ParquetFile,
  column: ParquetColumn,
  width?: number,
): Promise<LatentMatrix> {
  const filler = new Filler(file.path, column, file.valuesOf(column), width);
  for await (const { bytes, data, rows } of file.chunks(column)) {
    const before = filler.rows;
    for (const page of pagesOf(bytes, data, column, file.room)) filler.take(page);
    filler.endRow();
    if (filler.rows - before !== rows)
      throw new ParquetFault(`column ${column.name} of it has ${filler.rows - before} of ${rows} rows`);
  }
  return filler.matrix();
}

class Filler {
  readonly #data: Float32Array;
  /** Rows that are whole. */
  rows = 0;
  #filled = 0;
  /** Numbers of the row that is being filled; none between two row groups. */
  #inRow: number | undefined;
  #width: number | undefined;

  constructor(
    readonly path: string,
    readonly column: ParquetColumn,
    values: number,
    width: number | undefined,
  ) {
    this.#data = new Float32Array(values);
    this.#width = width;
  }

  take({ count, definition, repetition, values }: Page): void {
    const { levels, name } = this.column;
    const numbers = values as Float64Array;
    let next = 0;
    for (let i = 0; i < count; i++) {
      if (repetition![i] === 0) {
        this.endRow();
        this.#inRow = 0;
      } else if (this.#inRow === undefined)
        throw new ParquetFault(`column ${name} of it begins within a list`);
      const level = definition ? definition[i]! : levels.definition;
      if (level < levels.definition) this.#missing(level);
      // Whole numbers of 64 bits come as bigints.
      else this.#data[this.#filled++] = Number(numbers[next++]);
      if (level === levels.definition) this.#inRow!++;
    }
  }

  endRow(): void {
    if (this.#inRow === undefined) return;
    this.#width ??= this.#inRow;
    if (this.#inRow !== this.#width) throw this.#odd(this.#inRow);
    this.rows++;
    this.#inRow = undefined;
  }

  matrix(): LatentMatrix {
    return { rows: this.rows, columns: this.#width ?? 0, data: this.#data };
  }

  /** A null in a list, a null in place of one, or a list without anything. */
  #missing(level: number): void {
    const { levels, name } = this.column;
    const { item } = levels;
    if (level >= item) throw isNull(this.path, `an activation of ${name}`, this.rows);
    if (level === item - 1) throw this.#odd(0);
    throw isNull(this.path, `layer ${name}`, this.rows);
  }

  #odd(length: number): Error {
    const expected = this.#width === undefined ? 'at least 1' : this.#width;
    return new ParquetFault(
      `${this.column.name} has ${length} activations in row ${this.rows}, not ${expected}`,
    );
  }
}
