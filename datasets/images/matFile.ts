import { inflateSync } from 'node:zlib';

/** A named array of a MAT-file, its first axis fastest. */
export interface MatArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array | Float64Array;
}

const HEADER = 128;
/** Types of elements, of the MAT-file format's table 1-1. */
const TYPE = { uint8: 2, double: 9, matrix: 14, compressed: 15 } as const;
/** More than any array of SVHN: what a damaged file states is not believed. */
const MOST_BYTES = 1 << 30;

interface Element {
  readonly type: number;
  readonly data: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

/**
 * The arrays of bytes and doubles of a MAT-file of level 5, little-endian, compressed or not ("MAT-File Format", MathWorks); others
 * are passed over.
 * @throws Error of one line for any other file
 */
export function readMatFile(file: Buffer): ReadonlyMap<string, MatArray> {
  if (file.length < HEADER || file.toString('latin1', 126, 128) !== 'IM')
    throw new Error('it is no MAT-file of level 5 in the byte order of x86');
  const arrays = new Map<string, MatArray>();
  for (let at = HEADER; at < file.length; ) {
    const element = elementAt(file, at);
    at = element.end;
    const { type, data } = element.type === TYPE.compressed ? unpacked(element.data) : element;
    if (type !== TYPE.matrix) continue;
    const found = matrixIn(data);
    if (found) arrays.set(found.name, found.array);
  }
  return arrays;
}

function unpacked(data: Buffer): Element {
  return elementAt(inflateSync(data, { maxOutputLength: MOST_BYTES }), 0);
}

/** Flags, axes, name, values: each an element of its own. */
function matrixIn(data: Buffer): { readonly name: string; readonly array: MatArray } | undefined {
  const flags = elementAt(data, 0);
  const axes = elementAt(data, flags.end);
  const name = elementAt(data, axes.end);
  const values = elementAt(data, name.end);
  const shape = Array.from({ length: Math.floor(axes.data.length / 4) }, (_, at) =>
    axes.data.readInt32LE(4 * at),
  );
  const numbers = numbersIn(values);
  if (!numbers) return undefined;
  if (shape.some((length) => length < 0) || shape.reduce((a, b) => a * b, 1) !== numbers.length)
    throw new Error('an array has another size than it states');
  return { name: name.data.toString('latin1'), array: { shape, values: numbers } };
}

function numbersIn({ type, data }: Element): MatArray['values'] | undefined {
  if (type === TYPE.uint8) return data;
  if (type !== TYPE.double) return undefined;
  return Float64Array.from({ length: Math.floor(data.length / 8) }, (_, at) => data.readDoubleLE(8 * at));
}

/** A tag of type and length, then the data up to a multiple of eight bytes; four bytes or less stand in the tag itself. */
function elementAt(bytes: Buffer, at: number): Element {
  if (at + 8 > bytes.length) throw new Error('it is cut short');
  const first = bytes.readUInt32LE(at);
  const small = first >>> 16;
  if (small > 0) {
    if (small > 4) throw new Error('it is damaged');
    return { type: first & 0xffff, data: bytes.subarray(at + 4, at + 4 + small), end: at + 8 };
  }
  const length = bytes.readUInt32LE(at + 4);
  const start = at + 8;
  if (start + length > bytes.length) throw new Error('it is cut short');
  // Compressed elements are not padded.
  const padded = first === TYPE.compressed ? length : Math.ceil(length / 8) * 8;
  return { type: first, data: bytes.subarray(start, start + length), end: start + padded };
}
