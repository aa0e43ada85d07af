import { Message } from '../../common/protobuf.js';
import { AttrType, DataType, type NativeAttr } from '../backend/native.js';
import type { Constant, GraphNode, Output } from './graph.js';

/** Oldest version of the graph format with all that is used here; TensorFlow reads every later one the same. */
const PRODUCER = 1087;
/** Constants of one repeated value above this size are written as that value and a shape. */
const UNIFORM_BYTES = 256;
/** Equal constants up to this size are written only once. */
const SHARED_BYTES = 64;

/** Names for nodes and the bytes of a `GraphDef` message. */
export class GraphDef {
  readonly #names = new Map<GraphNode, string>();
  readonly #taken = new Map<string, number>();
  readonly #message = new Message();
  /** Small constants by content: axes and shapes come again and again. */
  readonly #constants = new Map<string, string>();

  /** Write `nodes`, which come after what they need; those that were written before are left out. */
  add(nodes: readonly GraphNode[], prefix: string): this {
    for (const node of nodes) {
      if (this.#names.has(node)) continue;
      const key = constantKey(node);
      const same = key === undefined ? undefined : this.#constants.get(key);
      const name = same ?? this.#name(node.name ?? `${prefix}/${node.op}`);
      this.#names.set(node, name);
      if (same !== undefined) continue;
      if (key !== undefined) this.#constants.set(key, name);
      if (node.constant && isUniform(node.constant)) this.#fill(name, node.constant);
      else this.#message.bytes(1, this.#nodeDef(node, name));
    }
    return this;
  }

  /** The name by which a value is fed or fetched. */
  nameOf({ node, index }: Output): string {
    return `${this.nodeName(node)}:${index}`;
  }

  nodeName(node: GraphNode): string {
    const name = this.#names.get(node);
    if (name === undefined) throw new Error(`${node.op} is not in the graph`);
    return name;
  }

  finish(): Message {
    return this.#message.bytes(4, new Message().int(1, PRODUCER));
  }

  #name(wanted: string): string {
    const legal = wanted.replace(/[^A-Za-z0-9_./-]/g, '_').replace(/^[^A-Za-z0-9.]/, '.');
    const count = this.#taken.get(legal) ?? 0;
    this.#taken.set(legal, count + 1);
    if (count === 0) return legal;
    return this.#name(`${legal}_${count}`);
  }

  #nodeDef(node: GraphNode, name: string): Message {
    const message = new Message().bytes(1, name).bytes(2, node.op);
    for (const { node: from, index } of node.inputs)
      message.bytes(3, index === 0 ? this.nodeName(from) : `${this.nodeName(from)}:${index}`);
    for (const before of node.after) message.bytes(3, `^${this.nodeName(before)}`);
    const attrs = Object.fromEntries(node.attrs.map((attr) => [attr.name, attrValue(attr)]));
    if (node.constant) attrs.value = new Message().bytes(8, tensorProto(node.constant));
    return message.map(5, attrs);
  }

  #fill(name: string, { dtype, shape, values }: Constant) {
    const dims: Constant = { dtype: DataType.int32, shape: [shape.length], values: Int32Array.from(shape) };
    const value: Constant = { dtype, shape: [], values: values.slice(0, 1) };
    for (const [suffix, constant] of [
      ['shape', dims],
      ['value', value],
    ] as const)
      this.#message.bytes(
        1,
        new Message()
          .bytes(1, `${name}/${suffix}`)
          .bytes(2, 'Const')
          .map(5, {
            dtype: new Message().int(6, constant.dtype),
            value: new Message().bytes(8, tensorProto(constant)),
          }),
      );
    this.#message.bytes(
      1,
      new Message()
        .bytes(1, name)
        .bytes(2, 'Fill')
        .bytes(3, `${name}/shape`)
        .bytes(3, `${name}/value`)
        .map(5, { T: new Message().int(6, dtype), index_type: new Message().int(6, DataType.int32) }),
    );
  }
}

function constantKey({ constant, after }: GraphNode): string | undefined {
  if (!constant || constant.strings || constant.values.byteLength > SHARED_BYTES || after.length > 0)
    return undefined;
  const { dtype, shape, values } = constant;
  return `${dtype}:${shape}:${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex')}`;
}

/** Whether a constant is one value repeated, as zeros and ones are: it needs no space in the graph. */
export function isUniform({ values }: Constant): boolean {
  return values.byteLength > UNIFORM_BYTES && values.every((value) => Object.is(value, values[0]));
}

/** A shape as TensorFlow writes it. */
export function shapeProto(shape: readonly number[]): Message {
  const message = new Message();
  for (const size of shape) message.bytes(2, new Message().int(1, size));
  return message;
}

function tensorProto({ dtype, shape, values, strings }: Constant): Message {
  const message = new Message().int(1, dtype).bytes(2, shapeProto(shape));
  for (const string of strings ?? []) message.bytes(8, string);
  return strings
    ? message
    : message.bytes(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function attrValue({ type, value }: NativeAttr): Message {
  const message = new Message();
  switch (type) {
    case AttrType.string:
      return message.bytes(2, String(value));
    case AttrType.shape:
      return message.bytes(7, shapeProto(numbers(value)));
    case AttrType.type:
      return Array.isArray(value)
        ? message.bytes(1, new Message().ints(6, numbers(value)))
        : message.int(6, Number(value));
    case AttrType.int:
      return Array.isArray(value)
        ? message.bytes(1, new Message().ints(3, numbers(value)))
        : message.int(3, Number(value));
    case AttrType.bool:
      return Array.isArray(value)
        ? message.bytes(1, new Message().ints(5, numbers(value)))
        : message.int(5, Boolean(value));
    default:
      return Array.isArray(value)
        ? message.bytes(1, new Message().floats(4, numbers(value)))
        : message.float(4, Number(value));
  }
}

function numbers(value: NativeAttr['value']): number[] {
  return (value as readonly (number | boolean)[]).map(Number);
}
