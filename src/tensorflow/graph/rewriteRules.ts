import { DataType } from '../backend/native.js';
import {
  attr,
  attribute,
  type GraphNode,
  int32,
  int32s,
  node,
  type Output,
  output,
  outputType,
  shapeOf,
} from './graph.js';

/** Queries that a rule may make about the graph. */
export interface Context {
  /** How often this node's value is taken. */
  uses(node: GraphNode): number;
  /** The one node that takes it, if there is just one. */
  onlyUser(node: GraphNode): GraphNode | undefined;
}

/** A cheaper way to the same value, or undefined. */
export type Rule = (node: GraphNode, context: Context) => Output | undefined;

/** Products of two matrices: `MatMul` runs the large ones twice as fast, and can take a bias and an activation in. */
function matrixProduct({ op, inputs, attrs, outputs }: GraphNode): Output | undefined {
  if (op !== 'BatchMatMulV2' || inputs.some((input) => shapeOf(input).length !== 2)) return undefined;
  const [x, y] = inputs as [Output, Output];
  const transposeX = Boolean(attribute(attrs, 'adj_x'));
  const transposeY = Boolean(attribute(attrs, 'adj_y'));
  // With the second one transposed, as in the gradient of a dense layer's input, `MatMul` is the slower one.
  if (transposeY) return undefined;
  return product(x, y, transposeX, transposeY, outputs[0]!.shape);
}

function product(x: Output, y: Output, transposeX: boolean, transposeY: boolean, shape: number[]): Output {
  const { dtype } = outputType(x);
  return output(
    node('MatMul', {
      inputs: [x, y],
      attrs: [
        attr.bool('transpose_a', transposeX),
        attr.bool('transpose_b', transposeY),
        attr.type('T', dtype),
      ],
      outputs: [{ dtype, shape }],
    }),
  );
}

/** The sum over all axes but the last, which is how a bias gets its gradient: a third of the time. */
function biasGradient({ op, inputs, attrs, outputs }: GraphNode): Output | undefined {
  const [x, axes] = inputs;
  if (op !== 'Sum' || attribute(attrs, 'keep_dims') || !axes?.node.constant || !x) return undefined;
  const rank = shapeOf(x).length;
  const summed = [...axes.node.constant.values].sort((a, b) => a - b);
  if (rank < 2 || rank > 5 || !isFloat(x) || summed.join() !== [...Array(rank - 1).keys()].join())
    return undefined;
  // Reshaped to rows: otherwise TensorFlow fuses it with the convolution's gradient into one op that is slower than the two.
  const rows =
    rank === 2
      ? x
      : reshaped(x, [
          shapeOf(x)
            .slice(0, -1)
            .reduce((a, b) => a * b, 1),
          shapeOf(x).at(-1)!,
        ]);
  return output(
    node('BiasAddGrad', {
      inputs: [rows],
      attrs: [attr.type('T', DataType.float32), attr.string('data_format', 'NHWC')],
      outputs,
    }),
  );
}

/**
 * The kernels' gradient of a convolution to few channels, as the last of a decoder is: with the roles of input and output
 * exchanged it is the gradient of a convolution from few channels, turned by 180°, in a third of the time.
 */
function fewFilterGradient({ op, inputs, attrs, outputs }: GraphNode): Output | undefined {
  if (op !== 'Conv2DBackpropFilter') return undefined;
  const [x, , dy] = inputs as [Output, Output, Output];
  const [height, width, from, to] = outputs[0]!.shape as [number, number, number, number];
  const plain =
    [...(attribute(attrs, 'strides') as number[]), ...(attribute(attrs, 'dilations') as number[])].every(
      (step) => step === 1,
    ) &&
    attribute(attrs, 'padding') === 'SAME' &&
    attribute(attrs, 'data_format') === 'NHWC';
  if (!plain || height % 2 === 0 || width % 2 === 0 || to * 4 > from) return undefined;
  const T = attr.type('T', DataType.float32);
  const swapped = node('Conv2DBackpropFilter', {
    inputs: [dy, int32s(height, width, to, from), x],
    attrs,
    outputs: [{ dtype: DataType.float32, shape: [height, width, to, from] }],
  });
  const exchanged = node('Transpose', {
    inputs: [output(swapped), int32s(0, 1, 3, 2)],
    attrs: [T, attr.type('Tperm', DataType.int32)],
    outputs,
  });
  return output(
    node('ReverseV2', {
      inputs: [output(exchanged), int32s(0, 1)],
      attrs: [T, attr.type('Tidx', DataType.int32)],
      outputs,
    }),
  );
}

/**
 * A weight that is used at every moment of a recurrent network has a gradient for each, summed: Σ xᵀdy. One product of
 * all moments side by side gives the sum without ever writing the parts, which are as large as the weight.
 */
function sumOfProducts(sum: GraphNode, context: Context): Output | undefined {
  const shape = sum.outputs[0]?.shape ?? [];
  if (!isSum(sum, shape) || isPartOfSum(sum, shape, context)) return undefined;
  const parts = summands(sum, shape, context);
  const products = parts.filter(
    ({ node: part }) => context.uses(part) === 1 && part.op === 'MatMul' && isGradientProduct(part),
  );
  if (products.length < 2) return undefined;
  const stacked = [0, 1].map((side) => concatenated(products.map(({ node: part }) => part.inputs[side]!)));
  const merged = product(stacked[0]!, stacked[1]!, true, false, shape);
  const rest = parts.filter((part) => !products.includes(part));
  return rest.length === 0 ? merged : addAll([merged, ...rest]);
}

/** Whether a sum goes into a larger one and nowhere else: the larger one is then rewritten as a whole. */
function isPartOfSum(sum: GraphNode, shape: readonly number[], context: Context): boolean {
  const user = context.onlyUser(sum);
  return user !== undefined && isSum(user, shape);
}

/** Whether a product is of the kind that a weight's gradient is: `xᵀ·dy`. */
export function isGradientProduct({ attrs }: GraphNode): boolean {
  return Boolean(attribute(attrs, 'transpose_a')) && !attribute(attrs, 'transpose_b');
}

/** The parts of a sum of sums. */
function summands(sum: GraphNode, shape: readonly number[], context: Context): Output[] {
  return sum.inputs.flatMap((input) =>
    isSum(input.node, shape) && context.uses(input.node) === 1
      ? summands(input.node, shape, context)
      : [input],
  );
}

/** Whether a node adds tensors of this shape, without broadcasting. */
function isSum({ op, inputs }: GraphNode, shape: readonly number[]): boolean {
  return (
    (op === 'Add' || op === 'AddV2' || op === 'AddN') &&
    inputs.every((input) => isFloat(input) && shapeOf(input).join() === shape.join())
  );
}

function concatenated(parts: readonly Output[]): Output {
  const [, width] = shapeOf(parts[0]!) as [number, number];
  const height = parts.reduce((total, part) => total + shapeOf(part)[0]!, 0);
  return output(
    node('ConcatV2', {
      inputs: [...parts, int32(0)],
      attrs: [
        attr.int('N', parts.length),
        attr.type('T', DataType.float32),
        attr.type('Tidx', DataType.int32),
      ],
      outputs: [{ dtype: DataType.float32, shape: [height, width] }],
    }),
  );
}

function reshaped(x: Output, shape: number[]): Output {
  return output(
    node('Reshape', {
      inputs: [x, int32s(...shape)],
      attrs: [attr.type('T', DataType.float32), attr.type('Tshape', DataType.int32)],
      outputs: [{ dtype: DataType.float32, shape }],
    }),
  );
}

function addAll(parts: readonly Output[]): Output {
  return output(
    node('AddN', {
      inputs: [...parts],
      attrs: [attr.int('N', parts.length), attr.type('T', DataType.float32)],
      outputs: [outputType(parts[0]!)],
    }),
  );
}

function isFloat(value: Output): boolean {
  return outputType(value).dtype === DataType.float32;
}

/** All rules, each tried on every node. */
export const rules: readonly Rule[] = [matrixProduct, biasGradient, fewFilterGradient, sumOfProducts];
