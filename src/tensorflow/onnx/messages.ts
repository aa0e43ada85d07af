import { Message } from '../../common/protobuf.js';
import { DataType, type NativeValues } from '../backend/native.js';

/** The version of the operators: every runtime of the last two years reads it. Another one needs another look at all rules. */
export const OPSET = 21;
/** The version of the file format that came with it. */
export const IR_VERSION = 10;

/** Whole numbers are 64 bits wide in ONNX, where they are places and sizes. */
const ELEMENT: Readonly<Record<number, number>> = {
  [DataType.float32]: 1,
  [DataType.uint8]: 2,
  [DataType.int32]: 7,
  [DataType.int64]: 7,
  [DataType.bool]: 9,
};

/** ONNX's number for a type of TensorFlow's. */
export function elementType(dtype: number): number {
  const found = ELEMENT[dtype];
  if (found === undefined) throw new Error(`ONNX has no place for TensorFlow's type ${dtype}`);
  return found;
}

/** A whole number, whole numbers, text, or a fraction. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;

function attributeProto(name: string, value: OnnxAttribute): Message {
  const message = new Message().bytes(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, ATTRIBUTE.int);
  if (typeof value === 'string') return message.bytes(4, value).int(20, ATTRIBUTE.string);
  if ('float' in value) return message.float(2, value.float).int(20, ATTRIBUTE.float);
  for (const each of value) message.int(8, each);
  return message.int(20, ATTRIBUTE.ints);
}

export interface OnnxNode {
  readonly op: string;
  /** Names of values; an empty one leaves an input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export function nodeProto({ op, inputs, outputs, attributes }: OnnxNode): Message {
  const message = new Message();
  for (const name of inputs) message.bytes(1, name);
  for (const name of outputs) message.bytes(2, name);
  message.bytes(3, outputs[0]!).bytes(4, op);
  for (const [name, value] of Object.entries(attributes)) message.bytes(5, attributeProto(name, value));
  return message;
}

export interface OnnxTensor {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly values: NativeValues;
}

export function tensorProto(name: string, { dtype, shape, values }: OnnxTensor): Message {
  const message = new Message();
  for (const size of shape) message.int(1, size);
  const wide = dtype === DataType.int32 ? BigInt64Array.from(values, BigInt) : values;
  const bytes = new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength);
  return message.int(2, elementType(dtype)).bytes(8, name).bytes(9, bytes);
}

/** A tensor that goes in or comes out. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: number;
  /** A side that is text is open and has that name. */
  readonly shape: readonly (number | string)[];
  /** What it means. */
  readonly about?: string;
}

export function valueProto({ name, dtype, shape, about }: OnnxValue): Message {
  const sides = new Message();
  for (const side of shape)
    sides.bytes(1, typeof side === 'number' ? new Message().int(1, side) : new Message().bytes(2, side));
  const type = new Message().int(1, elementType(dtype)).bytes(2, sides);
  const message = new Message().bytes(1, name).bytes(2, new Message().bytes(1, type));
  return about === undefined ? message : message.bytes(3, about);
}

export interface OnnxModel {
  readonly about: string;
  readonly version: string;
  readonly graph: Message;
  readonly metadata: Readonly<Record<string, string>>;
}

export function modelProto({ about, version, graph, metadata }: OnnxModel): Message {
  const message = new Message().int(1, IR_VERSION).bytes(2, 'foreframe').bytes(3, version);
  message.bytes(6, about).bytes(7, graph).bytes(8, new Message().bytes(1, '').int(2, OPSET));
  for (const [key, value] of Object.entries(metadata))
    message.bytes(14, new Message().bytes(1, key).bytes(2, value));
  return message;
}
