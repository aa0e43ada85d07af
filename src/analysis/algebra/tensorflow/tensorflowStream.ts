import type { Arithmetic, NormalSystem, StreamedMatrix } from '../linearAlgebra.js';
import type { Matrix } from '../matrix.js';
import { damped } from '../normalSolver.js';
import { treeFactor } from './tensorflowCholesky.js';
import { combined, deleteTree, gramTree, largestDiagonal, type SymmetricTree } from './tensorflowGram.js';
import { DOUBLE, dtypeOf, FLOAT, inType, type Ops } from './tensorflowOps.js';

/**
 * Size of a panel of rows, in the type that it is computed in. From 32 MB on malloc asks the kernel for new pages every time,
 * and faulting them in took as long as all that is done with them here but the Gram matrix; a quarter of this cost a fifth more
 * time, in sums of Gram matrices and in their products over few rows.
 */
const PANEL_BYTES = 31_000_000;

/** Products of a matrix panel by panel of its rows: beside X there is never more in memory than one panel's worth. */
export class TensorFlowStream implements StreamedMatrix {
  readonly #ops: Ops;
  readonly #x: Matrix;
  readonly #means: Float64Array;

  constructor(ops: Ops, x: Matrix, means: Float64Array) {
    this.#ops = ops;
    this.#x = x;
    this.#means = means;
  }

  normalSystem(y: Float64Array, k: number, shift: number, arithmetic: Arithmetic): NormalSystem {
    const dtype = dtypeOf(arithmetic);
    const { gram, right } = this.#normalMatrices(inType(dtype, y), k, dtype);
    const factor = damped(
      (more) => treeFactor(this.#ops, gram, more, dtype),
      () => largestDiagonal(this.#ops, gram, dtype),
      { shift, arithmetic },
    );
    deleteTree(this.#ops, gram);
    return { factor, right: this.#ops.take(right, dtype) };
  }

  leftOver(v: Float64Array, k: number, y: Float64Array): Float64Array {
    const { columns } = this.#x;
    const ops = this.#ops;
    const weights = ops.upload(v, [columns, k]);
    // (X − 1mᵀ)·V without centring X once more: the doubles have digits to spare.
    const means = ops.upload(this.#means, [1, columns]);
    const offsets = ops.multiply(means, weights, DOUBLE);
    const sums = new Float64Array(k);
    let total: number | undefined;
    this.#eachPanel(DOUBLE, false, (panel, from, rows) => {
      const image = ops.multiply(panel, weights, DOUBLE);
      const centred = ops.binary('Sub', image, offsets, DOUBLE);
      const target = ops.upload(y.slice(from * k, (from + rows) * k), [rows, k]);
      const left = ops.binary('Sub', target, centred, DOUBLE);
      total = this.#added(total, ops.multiply(panel, left, DOUBLE, { a: true }), DOUBLE);
      ops.delete(image, centred, target);
      ops.take(left, DOUBLE).forEach((value, i) => {
        sums[i % k]! += value;
      });
    });
    ops.delete(weights, means, offsets);
    const result = ops.take(total!, DOUBLE);
    for (let j = 0; j < columns; j++)
      for (let c = 0; c < k; c++) result[j * k + c]! -= this.#means[j]! * sums[c]!;
    return result;
  }

  /** `XᵀX` and `XᵀY` of the centred X. */
  #normalMatrices(y: Float32Array | Float64Array, k: number, dtype: number) {
    const ops = this.#ops;
    let gram: SymmetricTree | undefined;
    let right: number | undefined;
    this.#eachPanel(dtype, true, (panel, from, rows) => {
      const tree = gramTree(ops, panel, 1, this.#x.columns, dtype);
      if (gram) {
        const sum = combined(ops, 'AddV2', gram, tree, dtype);
        deleteTree(ops, gram);
        deleteTree(ops, tree);
        gram = sum;
      } else gram = tree;
      const target = ops.upload(y.slice(from * k, (from + rows) * k), [rows, k]);
      right = this.#added(right, ops.multiply(panel, target, dtype, { a: true }), dtype);
      ops.delete(target);
    });
    return { gram: gram!, right: right! };
  }

  /** Show every panel in a data type, centred or not; it is deleted afterwards. */
  #eachPanel(
    dtype: number,
    centred: boolean,
    show: (panel: number, from: number, rows: number) => void,
  ): void {
    const { rows, columns, data } = this.#x;
    const given = data instanceof Float32Array ? FLOAT : DOUBLE;
    const panels = Math.ceil((rows * columns * (dtype === FLOAT ? 4 : 8)) / PANEL_BYTES);
    const most = Math.ceil(rows / panels);
    const means = centred ? this.#ops.upload(inType(given, this.#means), [columns]) : undefined;
    for (let from = 0; from < rows; from += most) {
      const count = Math.min(most, rows - from);
      let panel = this.#ops.upload(data.subarray(from * columns, (from + count) * columns), [count, columns]);
      const replace = (made: number) => {
        this.#ops.delete(panel);
        panel = made;
      };
      if (means !== undefined) replace(this.#ops.binary('Sub', panel, means, given));
      if (given !== dtype) replace(this.#ops.cast(panel, given, dtype));
      show(panel, from, count);
      this.#ops.delete(panel);
    }
    if (means !== undefined) this.#ops.delete(means);
  }

  /** `sum + part`; both are deleted. */
  #added(sum: number | undefined, part: number, dtype: number): number {
    if (sum === undefined) return part;
    const result = this.#ops.binary('AddV2', sum, part, dtype);
    this.#ops.delete(sum, part);
    return result;
  }
}
