import { DataType } from '../backend/native.js';
import {
  attr,
  constantNode,
  type GraphNode,
  int32s,
  node,
  type Output,
  type OutputType,
  output,
  outputType,
} from './graph.js';

/** Columns added to a weight: the next row then begins a line of the cache further on. */
const PADDING = 16;

/** The shape of a matrix with the columns of zeros. */
export function widened(shape: readonly number[]): number[] {
  return [shape[0]!, shape[1]! + PADDING];
}

/** A matrix with columns of zeros behind its own. */
export function padded(value: Output): GraphNode {
  const { shape, dtype } = outputType(value);
  const amounts = constantNode({
    dtype: DataType.int32,
    shape: [2, 2],
    values: Int32Array.of(0, 0, 0, PADDING),
  });
  return node('Pad', {
    inputs: [value, output(amounts)],
    attrs: [attr.type('T', dtype), attr.type('Tpaddings', DataType.int32)],
    outputs: [{ dtype, shape: widened(shape) }],
  });
}

/** The first rows and columns of a matrix, as many as `type` has. */
export function withoutPadding(value: Output, type: OutputType): GraphNode {
  return node('Slice', {
    inputs: [value, int32s(0, 0), int32s(...type.shape)],
    attrs: [attr.type('T', type.dtype), attr.type('Index', DataType.int32)],
    outputs: [type],
  });
}
