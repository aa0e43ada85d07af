import { columnEigen } from './columnEigen.js';
import { type HeldMatrix, holding, type LinearAlgebra } from './linearAlgebra.js';
import type { CentredProblem } from './ridge.js';

/**
 * Mean squared error of ridge regression with each row left out in turn, exactly and without refitting: a row's residual
 * divided by `1 − h`, its own share in its prediction (Golub, Heath & Wahba 1979; Rifkin & Lippert 2007). The intercept is
 * fitted anew for every row as well. One eigendecomposition serves all penalties and targets.
 * @returns `[penalties][targets]`
 */
export function leaveOneOutErrors(
  algebra: LinearAlgebra,
  held: HeldMatrix,
  problem: CentredProblem,
  penalties: readonly number[],
): Float64Array[] {
  const { shares, residuals } =
    held.columns < held.rows ? fromColumns(algebra, held, problem) : fromRows(algebra, held, problem);
  const k = problem.targets;
  return penalties.map((penalty) => {
    const left = shares(penalty);
    const residual = residuals(penalty);
    const errors = new Float64Array(k);
    for (let i = 0; i < held.rows; i++)
      for (let c = 0; c < k; c++) errors[c]! += (residual[i * k + c]! / left[i]!) ** 2 / held.rows;
    return errors;
  });
}

interface Smoother {
  /** `1 − h` of every row. */
  readonly shares: (penalty: number) => Float64Array;
  /** `[rows, targets]` of the fit to all rows. */
  readonly residuals: (penalty: number) => Float64Array;
}

/** From `XᵀX = V·Λ·Vᵀ` and `Z = X·V`: `1 − h = 1 − 1/n − Σ z²/(λ + α)`. */
function fromColumns(algebra: LinearAlgebra, held: HeldMatrix, { y, targets: k }: CentredProblem): Smoother {
  const { rows, columns } = held;
  const { values, vectors } = columnEigen(algebra, held, columns);
  const data = held.times(vectors, columns);
  const squares = { rows, columns, data: data.map((value) => value * value) };
  const z = { rows, columns, data };
  const projected = holding(algebra, z, (turned) => turned.transposedTimes(y, k));
  const damping = (penalty: number) => values.map((value) => 1 / (Math.max(0, value) + penalty));
  return {
    shares: (penalty) =>
      holding(algebra, squares, (each) => each.times(damping(penalty), 1)).map((h) => 1 - 1 / rows - h),
    residuals: (penalty) => {
      const damped = damping(penalty);
      const weights = projected.map((value, i) => value * damped[Math.floor(i / k)]!);
      return holding(algebra, z, (turned) => turned.times(weights, k)).map((value, i) => y[i]! - value);
    },
  };
}

/**
 * From `XXᵀ = U·Λ·Uᵀ`: `1 − h = Σ u²·α/(λ + α)`, over all directions but the constant one, which the intercept takes whole.
 * Where rows are few `h` comes near 1, and this sum has no cancellation.
 */
function fromRows(algebra: LinearAlgebra, held: HeldMatrix, { y, targets: k }: CentredProblem): Smoother {
  const n = held.rows;
  const gram = held.outerGram();
  let trace = 0;
  for (let i = 0; i < n; i++) trace += gram[i * n + i]!;
  // The constant direction has eigenvalue 0, perhaps with others: raised above all it is the last and mixes with none.
  const raised = (2 * trace + 1) / n;
  const { values, vectors } = algebra.eigen(
    gram.map((value) => value + raised),
    n,
  );
  const u = { rows: n, columns: n, data: vectors };
  const squares = { ...u, data: vectors.map((value) => value * value) };
  const projected = holding(algebra, u, (turned) => turned.transposedTimes(y, k));
  const kept = (penalty: number) =>
    values.map((value, j) => (j === n - 1 ? 0 : penalty / (Math.max(0, value) + penalty)));
  return {
    shares: (penalty) => holding(algebra, squares, (each) => each.times(kept(penalty), 1)),
    residuals: (penalty) => {
      const share = kept(penalty);
      const weights = projected.map((value, i) => value * share[Math.floor(i / k)]!);
      return holding(algebra, u, (turned) => turned.times(weights, k));
    },
  };
}
