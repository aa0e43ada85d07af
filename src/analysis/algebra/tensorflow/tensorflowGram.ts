import { mirrored } from '../plainAlgebra.js';
import type { Ops } from './tensorflowOps.js';

/** How often the columns are halved: what lies below the diagonal is not computed, but small products run slower. */
const HALVINGS = 2;

/** A symmetric matrix `[size, size]` in TensorFlow, of which only what lies above the diagonal and near it is there. */
export type SymmetricTree = SymmetricLeaf | SymmetricNode;

/** All of a small matrix. */
export interface SymmetricLeaf {
  readonly size: number;
  readonly tensor: number;
}

/** `[first, cross; crossᵀ, second]` */
export interface SymmetricNode {
  readonly size: number;
  readonly first: SymmetricTree;
  readonly cross: number;
  readonly second: SymmetricTree;
}

export function isLeaf(tree: SymmetricTree): tree is SymmetricLeaf {
  return 'tensor' in tree;
}

/** Products of all pairs of columns (axis 1) or rows (axis 0) of `x`, of which there are `size`. */
export function gramTree(
  ops: Ops,
  x: number,
  axis: 0 | 1,
  size: number,
  dtype: number,
  halvings = HALVINGS,
): SymmetricTree {
  const product = (a: number, b: number) => ops.multiply(a, b, dtype, axis === 1 ? { a: true } : { b: true });
  if (halvings === 0 || size < 2) return { size, tensor: product(x, x) };
  const half = size >> 1;
  const [a, b] = ops.split(x, axis, [half, size - half], dtype) as [number, number];
  const cross = product(a, b);
  const first = gramTree(ops, a, axis, half, dtype, halvings - 1);
  const second = gramTree(ops, b, axis, size - half, dtype, halvings - 1);
  ops.delete(a, b);
  return { size, first, cross, second };
}

/** Sum or difference of two matrices that are cut alike; both stay. */
export function combined(
  ops: Ops,
  op: 'AddV2' | 'Sub',
  a: SymmetricTree,
  b: SymmetricTree,
  dtype: number,
): SymmetricTree {
  if (isLeaf(a) && isLeaf(b)) return { size: a.size, tensor: ops.binary(op, a.tensor, b.tensor, dtype) };
  if (isLeaf(a) || isLeaf(b)) throw new Error('matrices that are cut differently');
  return {
    size: a.size,
    first: combined(ops, op, a.first, b.first, dtype),
    cross: ops.binary(op, a.cross, b.cross, dtype),
    second: combined(ops, op, a.second, b.second, dtype),
  };
}

export function halvingsOf(tree: SymmetricTree): number {
  return isLeaf(tree) ? 0 : 1 + halvingsOf(tree.first);
}

/** The largest value on the diagonal. */
export function largestDiagonal(ops: Ops, tree: SymmetricTree, dtype: number): number {
  if (!isLeaf(tree))
    return Math.max(largestDiagonal(ops, tree.first, dtype), largestDiagonal(ops, tree.second, dtype));
  const values = ops.read(tree.tensor, dtype);
  return Array.from({ length: tree.size }, (_, i) => values[i * (tree.size + 1)]!).reduce((a, b) =>
    Math.max(a, b),
  );
}

export function deleteTree(ops: Ops, tree: SymmetricTree): void {
  if (isLeaf(tree)) ops.delete(tree.tensor);
  else {
    ops.delete(tree.cross);
    deleteTree(ops, tree.first);
    deleteTree(ops, tree.second);
  }
}

/** The whole matrix `[size, size]`; the tree is deleted. */
export function takeGram(ops: Ops, tree: SymmetricTree, dtype: number): Float64Array {
  const { size } = tree;
  const result = new Float64Array(size * size);
  const put = (tensor: number, top: number, left: number, height: number, width: number) => {
    const values = ops.read(tensor, dtype);
    ops.delete(tensor);
    for (let i = 0; i < height; i++)
      result.set(values.subarray(i * width, (i + 1) * width), (top + i) * size + left);
  };
  const putTree = (tree: SymmetricTree, start: number) => {
    if (isLeaf(tree)) return put(tree.tensor, start, start, tree.size, tree.size);
    const { first, cross, second } = tree;
    putTree(first, start);
    put(cross, start, start + first.size, first.size, second.size);
    putTree(second, start + first.size);
  };
  putTree(tree, 0);
  return mirrored(result, size);
}
