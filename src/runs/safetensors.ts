import { ForeframeError } from '../common/errors.js';

/** The element types that a file may hold. Half precision has no typed array on Node 20, so it is refused by name. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** One named array: `data.length` is the product of `shape` (1 for the empty shape). */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

const arrayTypes = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;
type Dtype = keyof typeof arrayTypes;

const METADATA = '__metadata__';
/** The format's own limit: a longer header is taken for a file of another kind. */
const LARGEST_HEADER = 100_000_000;

/**
 * The parts of a safetensors file, in order: write them one after the other (`atomicWrite` takes the list). The arrays
 * are views of `tensors`, not copies. The same names, shapes and metadata always give the same layout: wide elements first, so
 * that every array starts at a multiple of its element size, then by name.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const entries = Object.entries(tensors).sort(
    ([nameA, a], [nameB, b]) =>
      b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (nameA < nameB ? -1 : 1),
  );
  const header: [string, unknown][] = [];
  const pairs = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.length > 0) header.push([METADATA, Object.fromEntries(pairs)]);
  let end = 0;
  for (const [name, { shape, data }] of entries) {
    if (name === METADATA || data.length !== elements(shape)) {
      throw new ForeframeError(`cannot store ${name} of shape [${shape}] with ${data.length} values`);
    }
    const begin = end;
    end += data.byteLength;
    header.push([name, { dtype: dtypeOf(data), shape, data_offsets: [begin, end] }]);
  }
  const views = entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return [headerBytes(JSON.stringify(Object.fromEntries(header))), ...views];
}

/** Length and JSON in one array, the JSON filled with spaces so that the data starts at a multiple of 8. */
function headerBytes(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

function dtypeOf(data: TensorData): Dtype {
  const found = Object.entries(arrayTypes).find(([, type]) => data instanceof type);
  if (!found) throw new ForeframeError('cannot store this kind of array in a safetensors file');
  return found[0] as Dtype;
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * The tensors of a safetensors file. Arrays are views of `bytes` where their alignment allows it, copies elsewhere.
 * @param name what to call the file in an error, usually its path.
 * @throws ForeframeError for any file that is not whole: cut short, bytes left over, arrays that overlap or leave holes,
 * an element type unknown here, a header that is not JSON.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  name: string,
): { tensors: Record<string, StoredTensor>; metadata: Record<string, string> } {
  const { metadata, entries, dataStart } = readLayout(bytes, bytes.length, name);
  const tensors = entries.map(({ key, dtype, shape, begin, end }): [string, StoredTensor] => [
    key,
    { shape, data: viewOf(dtype, bytes.subarray(dataStart + begin, dataStart + end)) },
  ]);
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** What can be read from a place on; a `FileHandle` of Node is one. */
export interface ReadableFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

/**
 * Check that a file is as long as its header says, from the header alone.
 * @returns the metadata that the header holds
 * @throws ForeframeError as `decodeSafetensors`
 */
export async function checkSafetensorsSize(
  file: ReadableFile,
  size: number,
  name: string,
): Promise<Record<string, string>> {
  const readStart = async (bytes: number) => {
    const start = new Uint8Array(bytes);
    const { bytesRead } = await file.read(start, 0, bytes, 0);
    return start.subarray(0, bytesRead);
  };
  const start = dataStartOf(await readStart(8), size, name);
  return readLayout(await readStart(start), size, name).metadata;
}

/** What the header says, in agreement with itself and with the file's `size`. */
function readLayout(head: Uint8Array, size: number, name: string) {
  const dataStart = dataStartOf(head, size, name);
  const header = parseHeader(head.subarray(8, dataStart), name);
  const metadata = readMetadata(header[METADATA], name);
  const entries = Object.entries(header)
    .filter(([key]) => key !== METADATA)
    .map(([key, value]) => readEntry(key, value, name));
  checkLayout(entries, size - dataStart, dataStart, name);
  return { metadata, entries, dataStart };
}

function dataStartOf(head: Uint8Array, size: number, name: string): number {
  if (head.length < 8) throw cutShort(name, size, 'at least 8');
  const claimed = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  if (claimed > LARGEST_HEADER)
    throw damaged(name, `it is not a safetensors file (header of ${claimed} bytes)`);
  const dataStart = 8 + Number(claimed);
  if (size < dataStart) throw cutShort(name, size, `at least ${dataStart}`);
  return dataStart;
}

function parseHeader(bytes: Uint8Array, name: string): Record<string, unknown> {
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    throw damaged(name, 'its header is not JSON');
  }
  if (!isRecord(header)) throw damaged(name, 'its header is not a JSON object');
  return header;
}

function readMetadata(value: unknown, name: string): Record<string, string> {
  if (value === undefined) return {};
  const pairs = isRecord(value) ? Object.entries(value) : undefined;
  if (!pairs?.every((pair): pair is [string, string] => typeof pair[1] === 'string')) {
    throw damaged(name, 'its metadata is not a table of strings');
  }
  return Object.fromEntries(pairs);
}

interface Entry {
  key: string;
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

function readEntry(key: string, value: unknown, name: string): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (typeof dtype !== 'string' || !Object.hasOwn(arrayTypes, dtype)) {
    throw new ForeframeError(
      `${name}: ${key} has element type ${JSON.stringify(dtype)}, which foreframe cannot read; ` +
        `convert it to one of ${Object.keys(arrayTypes).join(', ')}`,
    );
  }
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw damaged(name, `its header describes ${key} without a valid shape and place`);
  }
  const [begin, end] = offsets as [number, number];
  const size = elements(shape) * arrayTypes[dtype as Dtype].BYTES_PER_ELEMENT;
  if (end - begin !== size) {
    throw damaged(name, `its header gives ${key} ${end - begin} bytes where shape [${shape}] needs ${size}`);
  }
  return { key, dtype: dtype as Dtype, shape, begin, end };
}

/** Arrays must fill the data part one after the other: no overlap, no hole, nothing before or after. */
function checkLayout(entries: readonly Entry[], available: number, dataStart: number, name: string): void {
  let filled = 0;
  for (const { key, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== filled)
      throw damaged(name, `${key} ${begin < filled ? 'overlaps' : 'leaves a hole after'} another array`);
    filled = end;
  }
  if (available < filled) throw cutShort(name, dataStart + available, `${dataStart + filled}`);
  if (available > filled)
    throw damaged(name, `it has ${available - filled} bytes more than its header describes`);
}

function viewOf(dtype: Dtype, bytes: Uint8Array): TensorData {
  const type = arrayTypes[dtype];
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new type(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.byteLength / type.BYTES_PER_ELEMENT,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function cutShort(name: string, have: number, need: string): ForeframeError {
  return damaged(name, `it is cut short: ${have} of ${need} bytes`);
}

/** The error about a damaged file. */
export function damaged(name: string, reason: string): ForeframeError {
  return new ForeframeError(
    `cannot read ${name}: ${reason}; delete it and use or resume from another checkpoint`,
  );
}
