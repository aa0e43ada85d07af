import { addScaled, columnProducts } from './columnwise.js';

export interface LinearSystems {
  /** `A·v` for the `k` columns of `v`; A is positive definite and may differ between columns. */
  readonly product: (v: Float64Array) => Float64Array;
  /** An approximation of `A⁻¹·r`, itself symmetric positive definite. */
  readonly precondition: (r: Float64Array) => Float64Array;
  /** Stop, column by column, when the residual divided by the right side is below this, in the preconditioner's norm. */
  readonly tolerance: ArrayLike<number>;
  readonly maxIterations: number;
}

/**
 * Solve `A·x = b` for `k` columns side by side by preconditioned conjugate gradients (Hestenes & Stiefel 1952): all columns
 * share the passes over the data, each has its own step sizes and stands still once it is done.
 * @param b `[n, k]` row-major; stays as it is
 */
export function conjugateGradients(b: Float64Array, k: number, systems: LinearSystems): Float64Array {
  const x = new Float64Array(b.length);
  const residual = b.slice();
  let z = systems.precondition(residual);
  let direction = z.slice();
  let energy = columnProducts(residual, z, k);
  const enough = energy.map((value, c) => value * systems.tolerance[c]! ** 2);
  for (let iteration = 0; iteration < systems.maxIterations; iteration++) {
    const open = energy.map((value, c) => (value > enough[c]! ? 1 : 0));
    if (!open.includes(1)) break;
    const image = systems.product(direction);
    const curvature = columnProducts(direction, image, k);
    const step = energy.map((value, c) => (open[c] && curvature[c]! > 0 ? value / curvature[c]! : 0));
    addScaled(x, direction, step);
    addScaled(
      residual,
      image,
      step.map((value) => -value),
    );
    z = systems.precondition(residual);
    const next = columnProducts(residual, z, k);
    const ratio = next.map((value, c) => (step[c]! > 0 ? value / energy[c]! : 0));
    const previous = direction;
    direction = z.slice();
    addScaled(direction, previous, ratio);
    energy = next.map((value, c) => (step[c]! > 0 ? value : 0));
  }
  return x;
}
