import { required } from '../../common/required.js';
import {
  AttrType,
  DataType,
  type NativeAttr,
  type NativeAttrValue,
  type NativeTensor,
  type NativeValues,
} from '../backend/native.js';

/** One output of a node. */
export interface Output {
  readonly node: GraphNode;
  readonly index: number;
}

/** A value written into the graph. */
export interface Constant {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly values: NativeValues;
  /** The elements in place of `values` where they are text. */
  readonly strings?: readonly string[];
}

export type OutputType = Pick<NativeTensor, 'shape' | 'dtype'>;

/** One op of a recorded computation; nodes are made in an order in which they can run. */
export interface GraphNode {
  readonly op: string;
  /** Ops are rewired and reshaped by rewrites, hence not readonly. */
  inputs: Output[];
  attrs: readonly NativeAttr[];
  /** Nodes that must run before this one although it takes no value from them. */
  readonly after: readonly GraphNode[];
  outputs: readonly OutputType[];
  /** Only of `Const`. */
  readonly constant?: Constant;
  /** The name that the node must have in the graph; others get one from their op. */
  readonly name?: string;
  /** Where the user's code asked for it; its stack is only formatted when an error needs it. */
  readonly origin?: Error;
}

export function node(op: string, parts: Partial<Omit<GraphNode, 'op'>> = {}): GraphNode {
  return { op, inputs: [], attrs: [], after: [], outputs: [], ...parts };
}

export function output(of: GraphNode, index = 0): Output {
  return { node: of, index };
}

export function outputType({ node: { outputs, op }, index }: Output): OutputType {
  const type = outputs[index];
  if (!type) throw new Error(`${op} has no output ${index}`);
  return type;
}

export function constantNode(constant: Constant, origin?: Error): GraphNode {
  const { dtype, shape } = constant;
  return node('Const', {
    constant,
    origin,
    attrs: [attr.type('dtype', dtype)],
    outputs: [{ dtype, shape: [...shape] }],
  });
}

export function float32(value: number): Output {
  return output(constantNode({ dtype: DataType.float32, shape: [], values: Float32Array.of(value) }));
}

export function int32s(...values: number[]): Output {
  return output(
    constantNode({ dtype: DataType.int32, shape: [values.length], values: Int32Array.from(values) }),
  );
}

export function int32(value: number): Output {
  return output(constantNode({ dtype: DataType.int32, shape: [], values: Int32Array.of(value) }));
}

/** Text, as a scalar or as a row. */
export function text(value: string | readonly string[]): Output {
  const strings = typeof value === 'string' ? [value] : value;
  const shape = typeof value === 'string' ? [] : [value.length];
  return output(constantNode({ dtype: DataType.string, shape, values: new Uint8Array(), strings }));
}

/** Attributes in the shape that the binding uses. */
export const attr = {
  type: (name: string, value: number | readonly number[]): NativeAttr => ({
    name,
    type: AttrType.type,
    value,
  }),
  bool: (name: string, value: boolean): NativeAttr => ({ name, type: AttrType.bool, value }),
  int: (name: string, value: number | readonly number[]): NativeAttr => ({ name, type: AttrType.int, value }),
  string: (name: string, value: string): NativeAttr => ({ name, type: AttrType.string, value }),
  shape: (name: string, value: readonly number[]): NativeAttr => ({ name, type: AttrType.shape, value }),
};

/** Every node that `roots` need, themselves included, each after what it needs. */
export function reachable(roots: readonly GraphNode[]): GraphNode[] {
  const ordered = new Set<GraphNode>();
  const open: { node: GraphNode; done: boolean }[] = roots
    .map((root) => ({ node: root, done: false }))
    .reverse();
  const entered = new Set<GraphNode>();
  for (let top = open.pop(); top; top = open.pop()) {
    if (top.done) ordered.add(top.node);
    else if (!entered.has(top.node)) {
      entered.add(top.node);
      open.push({ node: top.node, done: true });
      for (const { node: input } of top.node.inputs) open.push({ node: input, done: false });
      for (const before of top.node.after) open.push({ node: before, done: false });
    }
  }
  return [...ordered];
}

/** The consumers of each node's values, once for every value taken. */
export function usersOf(nodes: readonly GraphNode[]): Map<GraphNode, GraphNode[]> {
  const users = new Map<GraphNode, GraphNode[]>(nodes.map((node) => [node, []]));
  for (const user of nodes) for (const { node } of user.inputs) required(users, node).push(user);
  return users;
}

export function shapeOf(value: Output): readonly number[] {
  return outputType(value).shape;
}

/** The value of an attribute, if the op has it. */
export function attribute(attrs: GraphNode['attrs'], name: string): NativeAttrValue | undefined {
  return attrs.find((candidate) => candidate.name === name)?.value;
}
