import type { Matrix } from './matrix.js';

/** `single` may be computed in float32 where that is faster; `double` never is. */
export type Arithmetic = 'single' | 'double';

/** A matrix kept where products with it are computed, for as many products as wanted. */
export interface HeldMatrix {
  readonly rows: number;
  readonly columns: number;
  /** `X·B`. @param b `[columns, k]` row-major @returns `[rows, k]` */
  times(b: Float64Array, k: number, arithmetic?: Arithmetic): Float64Array;
  /** `Xᵀ·R`. @param r `[rows, k]` row-major @returns `[columns, k]` */
  transposedTimes(r: Float64Array, k: number, arithmetic?: Arithmetic): Float64Array;
  /** `XᵀX`, `[columns, columns]`. */
  gram(arithmetic?: Arithmetic): Float64Array;
  /**
   * `(X·B)∘(X·B)·W`, squared element by element: quadratic forms of every row. `arithmetic` is that of `X·B`, the rest is double.
   * @param b `[columns, m]` @param w `[m, k]` @returns `[rows, k]`
   */
  squaredTimes(b: Float64Array, m: number, w: Float64Array, k: number, arithmetic?: Arithmetic): Float64Array;
  /** `XXᵀ`, `[rows, rows]`. */
  outerGram(arithmetic?: Arithmetic): Float64Array;
  /** Free the memory that it holds outside JavaScript. */
  dispose(): void;
}

/** A matrix that is centred again at each use: for few uses, keeping a copy costs more than it saves. */
export interface StreamedMatrix {
  /** `XᵀX + shift·I` factorised, and `XᵀY`. Numbers too large for the arithmetic show as infinities or NaN. */
  normalSystem(y: Float64Array, k: number, shift: number, arithmetic: Arithmetic): NormalSystem;
  /** `Xᵀ·(Y − X·V)` in double precision. @param v `[columns, k]` row-major @returns `[columns, k]` */
  leftOver(v: Float64Array, k: number, y: Float64Array): Float64Array;
}

export interface NormalSystem {
  readonly factor: Factor;
  /** `[columns, k]` */
  readonly right: Float64Array;
}

/** A positive definite matrix `[n, n]`, factorised. */
export interface Factor {
  /** `A⁻¹·B`. @param b `[n, k]` row-major; stays as it is. */
  solve(b: Float64Array, k: number): Float64Array;
  dispose(): void;
}

export interface Eigen {
  /** Ascending. */
  readonly values: Float64Array;
  /** `[n, n]` row-major: column j is the unit vector that belongs to value j. */
  readonly vectors: Float64Array;
}

/**
 * The costly products and factorisations of the estimators. There are two implementations: `plainAlgebra` in TypeScript, and
 * native TensorFlow's (see `fastestAlgebra`).
 */
export interface LinearAlgebra {
  readonly name: string;
  /** Whether `single` differs from `double`. */
  readonly hasSingle: boolean;
  /**
   * Keep a matrix for products, less `means` (one for every column) if given: each difference is rounded to the precision of `x`,
   * and where that is float32 so are the means. The data must not change until it is disposed of.
   */
  hold(x: Matrix, means?: Float64Array): HeldMatrix;
  /** The same without keeping anything. */
  stream(x: Matrix, means: Float64Array): StreamedMatrix;
  /** Cholesky factor of a symmetric matrix, or nothing where, in this arithmetic, it is not positive definite. */
  factorise(a: Float64Array, n: number, arithmetic?: Arithmetic): Factor | undefined;
  /** All eigenvalues and eigenvectors of a symmetric matrix. */
  eigen(a: Float64Array, n: number): Eigen;
}

/** Holds `x`, less `means` if given, while `work` runs. */
export function holding<T>(
  algebra: LinearAlgebra,
  x: Matrix,
  work: (held: HeldMatrix) => T,
  means?: Float64Array,
): T {
  const held = algebra.hold(x, means);
  try {
    return work(held);
  } finally {
    held.dispose();
  }
}
