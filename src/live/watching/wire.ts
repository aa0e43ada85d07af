import { ForeframeError } from '../../common/errors.js';

/** Arrays that messages hold. */
const KINDS = { u8: Uint8Array, f32: Float32Array } as const;
type Kind = keyof typeof KINDS;
/** Bytes at whose multiples arrays begin, so that they are read where they lie. */
const ALIGNED = 4;

/**
 * A message as bytes for a web socket: the length of a JSON text (uint32, little-endian), that text, and behind it the arrays as they
 * lie in memory, which the text names by place and length. Pixels and weights are never written as text.
 */
export function encodeMessage(message: object): Uint8Array {
  const arrays: Uint8Array[] = [];
  let end = 0;
  const text = JSON.stringify(message, function (this: Record<string, unknown>, key, shown) {
    // Not `shown`: Buffers of Node change themselves for JSON.
    const value = this[key];
    if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
    if (!ArrayBuffer.isView(value)) return shown;
    const kind: Kind = value instanceof Float32Array ? 'f32' : 'u8';
    const place = { $array: kind, at: end, bytes: value.byteLength };
    arrays.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    end += aligned(value.byteLength);
    return place;
  });
  const json = new TextEncoder().encode(text);
  const start = aligned(ALIGNED + json.length);
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, ALIGNED);
  let at = start;
  for (const array of arrays) {
    bytes.set(array, at);
    at += aligned(array.length);
  }
  return bytes;
}

/**
 * The message that was encoded so: arrays are views of the bytes where these lie well, else of a copy. Whether it is one that makes
 * sense is for the receiver to check.
 * @throws ForeframeError for bytes that are no message
 */
export function decodeMessage(given: Uint8Array): unknown {
  const bytes = given.byteOffset % ALIGNED === 0 ? given : given.slice();
  const length =
    bytes.length < ALIGNED ? Number.NaN : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (!(ALIGNED + length <= bytes.length)) throw noMessage();
  const data = bytes.subarray(aligned(ALIGNED + length));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(ALIGNED, ALIGNED + length));
    return JSON.parse(text, (_, value) => revived(value, data));
  } catch (cause) {
    throw cause instanceof ForeframeError ? cause : noMessage(cause);
  }
}

function revived(value: unknown, data: Uint8Array): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$number' in value) return Number(value.$number);
  if (!('$array' in value && 'at' in value && 'bytes' in value)) return value;
  const { $array: kind, at, bytes } = value;
  if ((kind !== 'u8' && kind !== 'f32') || !isSize(at) || !isSize(bytes) || at + bytes > data.length)
    throw noMessage();
  const type = KINDS[kind];
  if (at % ALIGNED !== 0 || bytes % type.BYTES_PER_ELEMENT !== 0) throw noMessage();
  return new type(data.buffer as ArrayBuffer, data.byteOffset + at, bytes / type.BYTES_PER_ELEMENT);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNED) * ALIGNED;
}

function noMessage(cause?: unknown): ForeframeError {
  return new ForeframeError('these bytes are no message of foreframe live', { cause });
}
