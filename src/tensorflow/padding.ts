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
import { DataType } from './native.js';
import type { GraphVariable } from './variableTable.js';

/** Columns added to a weight: the next row then begins a line of the cache further on. */
export const PADDING = 16;

/** How many columns of zeros each variable carries behind its own; variables that are not here carry none. */
export type Padding = ReadonlyMap<GraphVariable, number>;

/** `[rows, columns]` with columns of zeros behind. */
export function padded(value: Output, columns: number): GraphNode {
  const { shape, dtype } = outputType(value);
  const amounts = constantNode({
    dtype: DataType.int32,
    shape: [2, 2],
    values: Int32Array.of(0, 0, 0, columns),
  });
  return node('Pad', {
    inputs: [value, output(amounts)],
    attrs: [attr.type('T', dtype), attr.type('Tpaddings', DataType.int32)],
    outputs: [{ dtype, shape: [shape[0]!, shape[1]! + columns] }],
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
