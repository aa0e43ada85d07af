import type { Encoding, SchemaElement } from 'hyparquet';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import type { PhysicalValues } from './convert.js';
import { ParquetFault } from './fault.js';
import { decodeRuns } from './runs.js';

/** Where in a page its values stand. The page has a buffer of its own: nothing behind its end can be read. */
export interface PageBytes {
  readonly bytes: Uint8Array;
  readonly from: number;
}

/** Bytes of texts that repeat one another, of one page, in any case. */
const LARGEST_TEXTS = 2 ** 26;

/** @returns `count` values, all but those that stand for places in a dictionary @throws ParquetFault when the page is too short for them */
export function decodeValues(
  { bytes, from }: PageBytes,
  encoding: Encoding,
  count: number,
  leaf: SchemaElement,
): PhysicalValues {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: from };
  const { type } = leaf;
  if (encoding === 'PLAIN' || encoding === 'BYTE_STREAM_SPLIT') {
    if (count * bitsOf(leaf) > 8 * (bytes.length - from)) throw tooShort(count);
    if (encoding === 'BYTE_STREAM_SPLIT')
      return byteStreamSplit(reader, count, type!, leaf.type_length) as PhysicalValues;
    const values = readPlain(reader, type!, count, leaf.type_length);
    if (reader.offset > bytes.length) throw tooShort(count);
    return type === 'BOOLEAN' ? Uint8Array.from(values as boolean[], Number) : (values as PhysicalValues);
  }
  if (encoding === 'RLE' && type === 'BOOLEAN') {
    const length = reader.view.getUint32(from, true);
    return Uint8Array.from(decodeRuns(bytes, from + 4, from + 4 + length, 1, count));
  }
  if (encoding === 'DELTA_BINARY_PACKED' && type === 'INT32') return deltas(reader, new Int32Array(count));
  if (encoding === 'DELTA_BINARY_PACKED' && type === 'INT64') return deltas(reader, new BigInt64Array(count));
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') return suffixes(reader, count);
  if (encoding === 'DELTA_BYTE_ARRAY') {
    const prefixes = deltas(reader, new Int32Array(count)) as Int32Array;
    return prefixed(prefixes, suffixes(reader, count), bytes.length);
  }
  throw new ParquetFault(
    `a page is encoded as ${encoding ?? 'something unknown'}, which is not read here for ${type}`,
  );
}

/** Places in a dictionary of `size` values. */
export function decodePlaces({ bytes, from }: PageBytes, count: number, size: number): Uint32Array {
  if (count === 0) return new Uint32Array(0);
  if (from >= bytes.length) throw tooShort(count);
  const places = decodeRuns(bytes, from + 1, bytes.length, bytes[from]!, count);
  for (const place of places)
    if (place >= size) throw new ParquetFault(`a page names value ${place} of a dictionary of ${size}`);
  return places;
}

interface Reader {
  readonly view: DataView;
  offset: number;
}

/** Bits of a value at least, written plainly. */
function bitsOf({ type, type_length: length = 0 }: SchemaElement): number {
  if (type === 'BOOLEAN') return 1;
  if (type === 'FIXED_LEN_BYTE_ARRAY') {
    if (length < 1) throw new ParquetFault('its schema gives values no length');
    return 8 * length;
  }
  return { INT32: 32, FLOAT: 32, BYTE_ARRAY: 32, INT64: 64, DOUBLE: 64, INT96: 96 }[type as 'INT32'];
}

/** Hyparquet believes the sizes of blocks; they are looked at first. */
function deltas<T extends Int32Array | BigInt64Array>(reader: Reader, into: T): T {
  const ahead = { view: reader.view, offset: reader.offset };
  const [block, miniblocks, count] = [readVarInt(ahead), readVarInt(ahead), readVarInt(ahead)];
  const each = block / miniblocks;
  if (count !== into.length) throw new ParquetFault(`a page holds ${count} values, not ${into.length}`);
  if (!(block >= 128 && block <= 2 ** 20 && each >= 32 && each % 32 === 0))
    throw new ParquetFault('a page has blocks of a size that cannot be');
  if (into.length > 0) deltaBinaryUnpack(reader, into.length, into);
  else reader.offset = ahead.offset + 1;
  if (reader.offset > reader.view.byteLength) throw tooShort(count);
  return into;
}

function suffixes(reader: Reader, count: number): Uint8Array[] {
  const lengths = deltas(reader, new Int32Array(count));
  const { view } = reader;
  return Array.from(lengths, (length) => {
    if (length < 0 || reader.offset + length > view.byteLength) throw tooShort(count);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + reader.offset, length);
    reader.offset += length;
    return bytes;
  });
}

/** Each value repeats the start of the one before. @param size of the page, in bytes */
function prefixed(prefixes: Int32Array, ends: readonly Uint8Array[], size: number): Uint8Array[] {
  let before = new Uint8Array(0);
  let sum = 0;
  return Array.from(prefixes, (length, i) => {
    if (length < 0 || length > before.length) throw new ParquetFault('a text in it has no start');
    sum += length + ends[i]!.length;
    if (sum > 8 * size + LARGEST_TEXTS)
      throw new ParquetFault('its texts are far longer than the page they are in');
    const whole = new Uint8Array(length + ends[i]!.length);
    whole.set(before.subarray(0, length));
    whole.set(ends[i]!, length);
    before = whole;
    return whole;
  });
}

function tooShort(count: number): ParquetFault {
  return new ParquetFault(`a page is too short for its ${count} values`);
}
