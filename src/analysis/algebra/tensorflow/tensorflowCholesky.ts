import type { Factor } from '../linearAlgebra.js';
import { combined, deleteTree, gramTree, halvingsOf, isLeaf, type SymmetricTree } from './tensorflowGram.js';
import { flag, inType, type Ops, type } from './tensorflowOps.js';

/** `A = L·Lᵀ` in TensorFlow. What is solved for stays; what comes back is new. */
interface BlockFactor {
  /** `L⁻¹·B` */
  forward(b: number): number;
  /** `L⁻ᵀ·B` */
  backward(b: number): number;
  dispose(): void;
}

/**
 * The factor of a symmetric matrix plus `shift` on its diagonal, or nothing where that is not positive definite. TensorFlow's
 * own `Cholesky` runs on one thread; by halves, most of the work is products of matrices. The tree stays as it is.
 */
export function treeFactor(ops: Ops, tree: SymmetricTree, shift: number, dtype: number): Factor | undefined {
  const factor = blockFactor(ops, tree, shift, dtype);
  return factor && solving(ops, factor, tree.size, dtype);
}

/** The factor of all of a matrix `[n, n]` at once, or nothing where it is not positive definite. */
export function wholeFactor(ops: Ops, a: Float64Array, n: number, dtype: number): Factor | undefined {
  const matrix = ops.upload(inType(dtype, a), [n, n]);
  const factor = triangularFactor(ops, matrix, dtype);
  ops.delete(matrix);
  return factor && solving(ops, factor, n, dtype);
}

function solving(ops: Ops, factor: BlockFactor, size: number, dtype: number): Factor {
  const solve = (b: Float64Array, k: number) => {
    const right = ops.upload(inType(dtype, b), [size, k]);
    const half = factor.forward(right);
    const solution = factor.backward(half);
    ops.delete(right, half);
    return ops.take(solution, dtype);
  };
  return { solve, dispose: () => factor.dispose() };
}

function blockFactor(ops: Ops, tree: SymmetricTree, shift: number, dtype: number): BlockFactor | undefined {
  if (isLeaf(tree)) return leafFactor(ops, tree.tensor, tree.size, shift, dtype);
  const { first, cross, second } = tree;
  const top = blockFactor(ops, first, shift, dtype);
  if (!top) return undefined;
  // The remainder of the lower half once the upper is known: A₂₂ − UᵀU, U = L₁₁⁻¹·A₁₂.
  const u = top.forward(cross);
  const known = gramTree(ops, u, 1, second.size, dtype, halvingsOf(second));
  const rest = combined(ops, 'Sub', second, known, dtype);
  deleteTree(ops, known);
  const bottom = blockFactor(ops, rest, shift, dtype);
  deleteTree(ops, rest);
  if (bottom) return joined(ops, { top, u, bottom, sizes: [first.size, second.size] }, dtype);
  top.dispose();
  ops.delete(u);
  return undefined;
}

interface Halves {
  readonly top: BlockFactor;
  readonly u: number;
  readonly bottom: BlockFactor;
  readonly sizes: readonly [number, number];
}

/** The factor `[L₁₁, 0; Uᵀ, L₂₂]`. */
function joined(ops: Ops, { top, u, bottom, sizes }: Halves, dtype: number): BlockFactor {
  const byHalves = (b: number, solve: (above: number, below: number) => [number, number]) => {
    const [above, below] = ops.split(b, 0, sizes, dtype) as [number, number];
    const solved = solve(above, below);
    const stacked = ops.stack(solved, dtype);
    ops.delete(above, below, ...solved);
    return stacked;
  };
  /** The solved half's share of the other is subtracted before that is solved. */
  const afterwards = (b: number, product: number, solve: (b: number) => number) => {
    const left = ops.binary('Sub', b, product, dtype);
    const solved = solve(left);
    ops.delete(product, left);
    return solved;
  };
  return {
    forward: (b) =>
      byHalves(b, (above, below) => {
        const x = top.forward(above);
        const product = ops.multiply(u, x, dtype, { a: true });
        return [x, afterwards(below, product, bottom.forward)];
      }),
    backward: (b) =>
      byHalves(b, (above, below) => {
        const x = bottom.backward(below);
        return [afterwards(above, ops.multiply(u, x, dtype), top.backward), x];
      }),
    dispose: () => {
      top.dispose();
      bottom.dispose();
      ops.delete(u);
    },
  };
}

function leafFactor(
  ops: Ops,
  matrix: number,
  size: number,
  shift: number,
  dtype: number,
): BlockFactor | undefined {
  const diagonal = new Float64Array(size * size);
  for (let i = 0; i < size; i++) diagonal[i * size + i] = shift;
  const shifts = ops.upload(inType(dtype, diagonal), [size, size]);
  const shifted = ops.binary('AddV2', matrix, shifts, dtype);
  ops.delete(shifts);
  const factor = triangularFactor(ops, shifted, dtype);
  ops.delete(shifted);
  return factor;
}

function triangularFactor(ops: Ops, matrix: number, dtype: number): BlockFactor | undefined {
  const factor = choleskyOf(ops, matrix, dtype);
  if (factor === undefined) return undefined;
  const solve = (b: number, adjoint: boolean) => {
    const attrs = [flag('lower', true), flag('adjoint', adjoint), type('T', dtype)];
    return ops.run('MatrixTriangularSolve', [factor, b], attrs)[0]!;
  };
  return {
    forward: (b) => solve(b, false),
    backward: (b) => solve(b, true),
    dispose: () => ops.delete(factor),
  };
}

function choleskyOf(ops: Ops, matrix: number, dtype: number): number | undefined {
  try {
    return ops.run('Cholesky', [matrix], [type('T', dtype)])[0]!;
  } catch {
    // TensorFlow's only error here: "Cholesky decomposition was not successful. The input might not be valid."
    return undefined;
  }
}
