import { ForeframeError } from '../../common/errors.js';
import { affine, shifted } from '../algebra/affine.js';
import { centred, columnMeans } from '../algebra/centre.js';
import { checkCount, checkFeatures, checkMatrix } from '../algebra/checks.js';
import { columnEigen } from '../algebra/columnEigen.js';
import { type Eigen, type HeldMatrix, holding, type LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { DoubleMatrix, Matrix } from '../algebra/matrix.js';
import { plainAlgebra } from '../algebra/plainAlgebra.js';

export interface PcaSettings {
  /** How many components to keep; all by default. */
  readonly components?: number;
}

/**
 * Principal component analysis, from the eigenvectors of the smaller Gram matrix; scikit-learn's `PCA`. Signs are fixed as
 * there: the largest element of a component is positive. Memory beside X: its size in double precision, and 24·side² bytes.
 */
export class Pca {
  readonly settings: Readonly<PcaSettings>;
  readonly #algebra: LinearAlgebra;

  constructor(settings: PcaSettings = {}, algebra: LinearAlgebra = plainAlgebra) {
    if (settings.components !== undefined) checkCount('Pca', 'components', settings.components);
    this.settings = { ...settings };
    this.#algebra = algebra;
  }

  fit(x: Matrix): FittedPca {
    checkMatrix('Pca', x);
    if (x.rows < 2) throw new ForeframeError('Pca: one row does not vary: give two or more');
    const most = Math.min(x.rows, x.columns);
    const { components = most } = this.settings;
    if (components > most)
      throw new ForeframeError(
        `Pca: ${components} components are asked for, ${most} is the most of ${x.rows} × ${x.columns}`,
      );
    const means = columnMeans(x);
    return holding(this.#algebra, centred(x, means), (held) => {
      const found =
        x.columns <= x.rows
          ? fromColumns(columnEigen(this.#algebra, held, components), components)
          : fromRows(this.#algebra.eigen(held.outerGram(), x.rows), held, components);
      return new FittedPca(this.#algebra, means, x.rows, found);
    });
  }
}

interface Components {
  /** `[components, columns]`, unit rows. */
  readonly rows: Float64Array;
  /** Squared singular values of centred X, descending. */
  readonly squares: Float64Array;
  /** Sum of all squared singular values. */
  readonly total: number;
}

function fromColumns({ values, vectors }: Eigen, components: number): Components {
  const d = values.length;
  const rows = new Float64Array(components * d);
  for (let c = 0; c < components; c++)
    for (let j = 0; j < d; j++) rows[c * d + j] = vectors[j * d + (d - 1 - c)]!;
  return { rows, ...spectrum(values, components) };
}

/** `Xᵀ·u` for the unit vectors u of the rows, made unit vectors again. */
function fromRows({ values, vectors }: Eigen, held: HeldMatrix, components: number): Components {
  const n = values.length;
  const d = held.columns;
  const images = held.transposedTimes(vectors, n);
  const rows = new Float64Array(components * d);
  for (let c = 0; c < components; c++) {
    let square = 0;
    for (let j = 0; j < d; j++) square += images[j * n + (n - 1 - c)]! ** 2;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let j = 0; j < d; j++) rows[c * d + j] = images[j * n + (n - 1 - c)]! * scale;
  }
  return { rows, ...spectrum(values, components) };
}

function spectrum(values: Float64Array, components: number): { squares: Float64Array; total: number } {
  const squares = values.map((value) => Math.max(0, value)).reverse();
  return { squares: squares.slice(0, components), total: squares.reduce((sum, value) => sum + value, 0) };
}

export class FittedPca {
  readonly means: Float64Array;
  /** `[components, columns]` */
  readonly components: DoubleMatrix;
  /** Variance along each component, divided by rows − 1. */
  readonly explainedVariance: Float64Array;
  /** Share of the whole variance; 0 where nothing varies. */
  readonly explainedVarianceRatio: Float64Array;
  readonly singularValues: Float64Array;
  readonly #algebra: LinearAlgebra;

  constructor(algebra: LinearAlgebra, means: Float64Array, rows: number, found: Components) {
    const { squares, total } = found;
    this.means = means;
    this.components = {
      rows: squares.length,
      columns: means.length,
      data: withSigns(found.rows, means.length),
    };
    this.explainedVariance = squares.map((square) => square / (rows - 1));
    this.explainedVarianceRatio = squares.map((square) => (total > 0 ? square / total : 0));
    this.singularValues = squares.map(Math.sqrt);
    this.#algebra = algebra;
  }

  /** Coordinates along the components, `[rows, components]`. */
  transform(x: Matrix): DoubleMatrix {
    checkFeatures('Pca', x, this.means.length);
    const { rows: k, columns, data } = this.components;
    const weights = new Float64Array(data.length);
    for (let c = 0; c < k; c++) for (let j = 0; j < columns; j++) weights[j * k + c] = data[c * columns + j]!;
    const offsets = shifted(new Float64Array(k), weights, this.means);
    return { rows: x.rows, columns: k, data: affine(this.#algebra, x, weights, offsets) };
  }
}

function withSigns(rows: Float64Array, columns: number): Float64Array {
  for (let from = 0; from < rows.length; from += columns) {
    const row = rows.subarray(from, from + columns);
    let largest = 0;
    row.forEach((value, j) => {
      if (Math.abs(value) > Math.abs(row[largest]!)) largest = j;
    });
    if (row[largest]! < 0) row.set(row.map((value) => -value));
  }
  return rows;
}
