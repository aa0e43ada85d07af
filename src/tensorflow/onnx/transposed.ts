import type { OnnxTensor } from './messages.js';

/** A tensor with its sides in another order: side i of the result is side `order[i]`. */
export function transposed({ dtype, shape, values }: OnnxTensor, order: readonly number[]): OnnxTensor {
  const strides = shape.map((_, side) => shape.slice(side + 1).reduce((a, b) => a * b, 1));
  const sides = order.map((side) => ({ size: shape[side]!, stride: strides[side]! }));
  const result = values.slice();
  const place = sides.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]!;
    for (let side = sides.length - 1; side >= 0; side--) {
      const { size, stride } = sides[side]!;
      from += stride;
      place[side]!++;
      if (place[side]! < size) break;
      from -= stride * size;
      place[side] = 0;
    }
  }
  return { dtype, shape: sides.map(({ size }) => size), values: result };
}
