import { ForeframeError } from '../../common/errors.js';

/** Rows of numbers, one row after the other. Row = example, column = feature. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array | Float64Array;
}

/** A computed matrix: always in double precision. */
export interface DoubleMatrix extends Matrix {
  readonly data: Float64Array;
}

/** A matrix from its rows; all must have the same length. */
export function matrixOf(rows: readonly ArrayLike<number>[]): DoubleMatrix {
  const columns = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    if (row.length !== columns)
      throw new ForeframeError(`row ${i} has ${row.length} values where row 0 has ${columns}`);
    data.set(row, i * columns);
  });
  return { rows: rows.length, columns, data };
}

export function zeros(rows: number, columns: number): DoubleMatrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** A view of one row; what is written to it is written to the matrix. */
export function rowOf(x: Matrix, row: number): Float32Array | Float64Array {
  return x.data.subarray(row * x.columns, (row + 1) * x.columns);
}

/** The rows with these numbers, in this order, as a matrix of its own in the same precision. */
export function selectRows(x: Matrix, rows: ArrayLike<number>): Matrix {
  const data = emptyLike(x, rows.length * x.columns);
  for (let i = 0; i < rows.length; i++) data.set(rowOf(x, rows[i]!), i * x.columns);
  return { rows: rows.length, columns: x.columns, data };
}

export function transpose(x: Matrix): DoubleMatrix {
  const result = zeros(x.columns, x.rows);
  for (let i = 0; i < x.rows; i++)
    for (let j = 0; j < x.columns; j++) result.data[j * x.rows + i] = x.data[i * x.columns + j]!;
  return result;
}

/** An array for `length` numbers in the precision of `x`. */
export function emptyLike(x: Matrix, length = x.data.length): Float32Array | Float64Array {
  return x.data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}
