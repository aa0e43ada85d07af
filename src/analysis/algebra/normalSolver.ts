import { ForeframeError } from '../../common/errors.js';
import type { Arithmetic, Factor, HeldMatrix, LinearAlgebra } from './linearAlgebra.js';

/** Applies an approximation of `(weight·XᵀX + shift·I)⁻¹`. */
export interface NormalSolver {
  /** @param r `[columns, k]` row-major */
  solve(r: Float64Array, k: number): Float64Array;
  dispose(): void;
}

/** A Gram matrix of this side takes 200 MB, and as much again to factorise; beyond it there is none. */
const LARGEST_SIDE = 5000;

/**
 * `(weight·XᵀX + shift·I)⁻¹` for any weight from one Gram matrix, of columns or of rows, whichever are fewer. In single
 * precision it serves only as a very good preconditioner.
 */
export class NormalSolvers {
  readonly #algebra: LinearAlgebra;
  readonly #x: HeldMatrix;
  readonly #arithmetic: Arithmetic;
  readonly #gram: Float64Array | undefined;

  constructor(algebra: LinearAlgebra, x: HeldMatrix, arithmetic: Arithmetic) {
    this.#algebra = algebra;
    this.#x = x;
    this.#arithmetic = arithmetic;
    if (Math.min(x.rows, x.columns) <= LARGEST_SIDE) this.#gram = smallerGram(x, arithmetic);
  }

  at(weight: number, shift: number): NormalSolver {
    if (!this.#gram) return { solve: (r) => r.map((value) => value / shift), dispose: () => {} };
    const factor = dampedFactor(this.#algebra, this.#gram, { weight, shift });
    const dispose = () => factor.dispose();
    if (this.#x.columns <= this.#x.rows) return { solve: (r, k) => factor.solve(r, k), dispose };
    return { solve: (r, k) => this.#throughRows(factor, weight, shift, r, k), dispose };
  }

  /** Woodbury's identity: `(r − w·Xᵀ·(w·XXᵀ + s·I)⁻¹·X·r) / s`. */
  #throughRows(factor: Factor, weight: number, shift: number, r: Float64Array, k: number): Float64Array {
    const inner = factor.solve(this.#x.times(r, k, this.#arithmetic), k);
    const back = this.#x.transposedTimes(inner, k, this.#arithmetic);
    return r.map((value, i) => (value - weight * back[i]!) / shift);
  }
}

/** `XᵀX`, or `XXᵀ` where there are fewer rows than columns. */
export function smallerGram(x: HeldMatrix, arithmetic: Arithmetic): Float64Array {
  const gramOf = (precision: Arithmetic) =>
    x.columns <= x.rows ? x.gram(precision) : x.outerGram(precision);
  const gram = gramOf(arithmetic);
  // Squares of huge numbers leave the range of float32: then use double precision. No product exceeds the largest square.
  const side = Math.min(x.rows, x.columns);
  for (let i = 0; i < side; i++) if (!Number.isFinite(gram[i * side + i])) return gramOf('double');
  return gram;
}

/** The factor of `weight·gram + shift·I`. */
export function dampedFactor(
  algebra: Pick<LinearAlgebra, 'factorise'>,
  gram: Float64Array,
  { weight = 1, shift, arithmetic = 'double' }: { weight?: number; shift: number; arithmetic?: Arithmetic },
): Factor {
  const side = Math.sqrt(gram.length);
  const matrix = gram.slice();
  if (weight !== 1) for (let i = 0; i < matrix.length; i++) matrix[i]! *= weight;
  const diagonal = Float64Array.from({ length: side }, (_, i) => matrix[i * side + i]!);
  const factorise = (more: number) => {
    for (let i = 0; i < side; i++) matrix[i * side + i] = diagonal[i]! + more;
    return algebra.factorise(matrix, side, arithmetic);
  };
  const largest = () => diagonal.reduce((a, b) => Math.max(a, b), 0);
  return damped(factorise, largest, { shift, arithmetic });
}

/**
 * A factor of a matrix with `shift` added to its diagonal. Rounding can leave that a little short of positive definite: then
 * the diagonal gets more, until it is.
 * @param factorise with that much added; nothing where that is not positive definite
 * @param largest the largest value on the diagonal
 * @throws ForeframeError where that is infinite
 */
export function damped(
  factorise: (more: number) => Factor | undefined,
  largest: () => number,
  { shift, arithmetic }: { shift: number; arithmetic: Arithmetic },
): Factor {
  const rounding = arithmetic === 'single' ? 1e-7 : 1e-12;
  for (
    let extra = 0;
    Number.isFinite(extra);
    extra = extra === 0 ? largest() * rounding + shift * 1e-3 : extra * 10
  ) {
    const factor = factorise(shift + extra);
    if (factor) return factor;
  }
  throw new ForeframeError(
    'the latents are so large that their squares are infinite: standardise them first',
  );
}

export function tooLarge(): ForeframeError {
  return new ForeframeError(
    'the latents are so large that their squares are infinite: standardise them first',
  );
}
