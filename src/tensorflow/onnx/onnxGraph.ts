import { Message } from '../../common/protobuf.js';
import { DataType } from '../backend/native.js';
import {
  nodeProto,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  tensorProto,
  valueProto,
} from './messages.js';
import { transposed } from './transposed.js';
import { Untranslatable } from './untranslatable.js';

/** A file, which is one protocol-buffer message, holds less than 2 GB; its nodes need no more than what is left here. */
const LARGEST = 2 ** 31 - 2 ** 26;

/** Constants up to this many values are written only once. */
const SHARED = 64;

/** A graph of ONNX's as it grows: values are known by their names. */
export class OnnxGraph {
  /** What the next nodes belong to: their names begin with it. */
  scope = '';
  readonly #nodes: OnnxNode[] = [];
  readonly #tensors = new Map<string, OnnxTensor>();
  readonly #shared = new Map<string, string>();
  readonly #names = new Map<string, number>();
  /** What a transposed value was before, and how it was turned. */
  readonly #turned = new Map<string, { readonly from: string; readonly order: readonly number[] }>();

  /** Add a node. @returns the names of its results */
  add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    results = 1,
  ): string[] {
    const outputs = Array.from({ length: results }, () => this.#name(`${this.scope}${op}`));
    this.#nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  /** Add a node of one result. */
  one(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, OnnxAttribute>>): string {
    return this.add(op, inputs, attributes)[0]!;
  }

  /** A value that is known here: a weight, by its name, or a constant. */
  tensor(wanted: string, tensor: OnnxTensor): string {
    const name = this.#name(wanted);
    this.#tensors.set(name, tensor);
    return name;
  }

  constant(tensor: OnnxTensor): string {
    const { dtype, shape, values } = tensor;
    if (values.length > SHARED) return this.tensor('constant', tensor);
    const key = `${dtype}|${shape}|${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex')}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = this.tensor(values.length === 1 ? `constant.${values[0]}` : 'constant', tensor);
    this.#shared.set(key, name);
    return name;
  }

  /** Whole numbers in a row. */
  ints(...values: readonly number[]): string {
    return this.constant({
      dtype: DataType.int32,
      shape: [values.length],
      values: Int32Array.from(values),
    });
  }

  int(value: number): string {
    return this.constant({ dtype: DataType.int32, shape: [], values: Int32Array.of(value) });
  }

  float(value: number): string {
    return this.constant({ dtype: DataType.float32, shape: [], values: Float32Array.of(value) });
  }

  /** A value with its sides in another order: weights are turned here, and what was turned before is turned back for nothing. */
  transpose(value: string, order: readonly number[]): string {
    const before = this.#turned.get(value);
    const all = before ? order.map((side) => before.order[side]!) : order;
    const from = before?.from ?? value;
    if (all.every((side, i) => side === i)) return from;
    const key = `${from}|${all}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const tensor = this.#tensors.get(from);
    const name = tensor
      ? this.tensor(`${from}/${all.join('')}`, transposed(tensor, all))
      : this.one('Transpose', [from], { perm: all });
    if (!tensor) this.#turned.set(name, { from, order: all });
    this.#shared.set(key, name);
    return name;
  }

  /** What goes in has its names before anything else. */
  take(name: string): string {
    return this.#name(name);
  }

  /**
   * The graph with what its outputs need.
   * @param outputs with the value that each is
   * @throws Untranslatable when its weights are too large for a file
   */
  finish(
    name: string,
    inputs: readonly OnnxValue[],
    outputs: readonly (OnnxValue & { readonly of: string })[],
  ): Message {
    const ends = outputs.map(
      ({ of, name: wanted }): OnnxNode => ({
        op: 'Identity',
        inputs: [of],
        outputs: [wanted],
        attributes: {},
      }),
    );
    const needed = new Set(outputs.map(({ name: wanted }) => wanted));
    const nodes: OnnxNode[] = [];
    for (const node of [...this.#nodes, ...ends].reverse()) {
      if (!node.outputs.some((result) => needed.has(result))) continue;
      for (const input of node.inputs) needed.add(input);
      nodes.push(node);
    }
    const message = new Message();
    for (const node of nodes.reverse()) message.bytes(1, nodeProto(node));
    message.bytes(2, name);
    const tensors = [...this.#tensors].filter(([key]) => needed.has(key));
    if (tensors.reduce((sum, [, { values }]) => sum + values.byteLength, 0) > LARGEST)
      throw new Untranslatable('its weights are more than the 2 GB that a file holds');
    for (const [key, tensor] of tensors) message.bytes(5, tensorProto(key, tensor));
    for (const input of inputs) message.bytes(11, valueProto(input));
    for (const output of outputs) message.bytes(12, valueProto(output));
    return message;
  }

  #name(wanted: string): string {
    const count = this.#names.get(wanted) ?? 0;
    this.#names.set(wanted, count + 1);
    return count === 0 ? wanted : this.#name(`${wanted}_${count}`);
  }
}
