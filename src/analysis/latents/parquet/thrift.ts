import { ParquetFault } from './fault.js';

/** Parquet's own structures are nested about eight deep. */
const DEEPEST = 32;
const STOP = 0;
const BOOLEANS = [1, 2];
const BYTE = 3;
const WHOLE = [4, 5, 6];
const DOUBLE = 7;
const TEXT = 8;
const LIST = 9;
const STRUCT = 12;

/**
 * Walk over a structure in Thrift's compact protocol before hyparquet reads it: hyparquet makes room for as many list items as
 * the file says, however few bytes follow.
 * @returns where it ends
 * @throws ParquetFault when a list or text is longer than what is left, or structures are nested too deep
 */
export function checkStruct(bytes: Uint8Array, start: number, depth = 0): number {
  if (depth > DEEPEST) throw new ParquetFault('its structures are nested too deep');
  let at = start;
  for (;;) {
    const type = byteAt(bytes, at++);
    if (type === STOP) return at;
    // A field's number follows where it is not the sum of the one before and the upper four bits.
    if (type >> 4 === 0) at = varint(bytes, at).end;
    at = checkValue(bytes, at, type & 15, depth);
  }
}

function checkValue(bytes: Uint8Array, at: number, type: number, depth: number): number {
  if (BOOLEANS.includes(type)) return at;
  if (type === BYTE) return within(bytes, at + 1);
  if (WHOLE.includes(type)) return varint(bytes, at).end;
  if (type === DOUBLE) return within(bytes, at + 8);
  if (type === STRUCT) return checkStruct(bytes, at, depth + 1);
  if (type === TEXT) {
    const { value, end } = varint(bytes, at);
    return within(bytes, end + value);
  }
  if (type === LIST) return checkList(bytes, at, depth);
  throw new ParquetFault(`it holds a structure of an unknown kind (${type})`);
}

function checkList(bytes: Uint8Array, start: number, depth: number): number {
  const head = byteAt(bytes, start);
  let at = start + 1;
  let size = head >> 4;
  if (size === 15) ({ value: size, end: at } = varint(bytes, at));
  // Each item has one byte at least.
  within(bytes, at + size);
  const type = head & 15;
  for (let i = 0; i < size; i++) at = checkValue(bytes, at, BOOLEANS.includes(type) ? BYTE : type, depth + 1);
  return at;
}

function varint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = byteAt(bytes, start + i);
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, end: start + i + 1 };
  }
  throw new ParquetFault('it holds a number of more than 64 bits');
}

function byteAt(bytes: Uint8Array, at: number): number {
  within(bytes, at + 1);
  return bytes[at]!;
}

function within(bytes: Uint8Array, end: number): number {
  if (end > bytes.length) throw new ParquetFault('a structure in it is longer than the file');
  return end;
}
