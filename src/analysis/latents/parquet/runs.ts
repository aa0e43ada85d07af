import { ParquetFault } from './fault.js';

/**
 * Parquet's hybrid of runs and packed bits, in which levels and places in a dictionary are written. Not hyparquet's: that one
 * repeats a value as often as the file says, whatever there is room for.
 * @param width bits of a value, 0 to 32
 * @throws ParquetFault when the bytes end, or a run is longer than the values that are left
 */
export function decodeRuns(
  bytes: Uint8Array,
  from: number,
  to: number,
  width: number,
  count: number,
): Uint32Array {
  if (width > 32 || to > bytes.length || from > to) throw new ParquetFault('a page ends too early');
  const values = new Uint32Array(count);
  let at = from;
  let done = 0;
  while (done < count) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= to || shift > 28) throw new ParquetFault('a page ends too early');
      const byte = bytes[at++]!;
      head += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    const length = Math.floor(head / 2);
    if (length === 0) throw new ParquetFault('a page holds a run without values');
    if (head % 2 === 1) {
      // Packed bits come in groups of eight; those beyond the last value are padding.
      const there = Math.min(8 * length, count - done);
      if (at + Math.ceil((there * width) / 8) > to) throw new ParquetFault('a page ends too early');
      unpack(bytes, at, width, values, done, there);
      at += length * width;
      done += there;
    } else {
      const size = Math.ceil(width / 8);
      if (length > count - done || at + size > to)
        throw new ParquetFault('a page holds a run that is longer than the page');
      let value = 0;
      for (let i = 0; i < size; i++) value += bytes[at + i]! * 2 ** (8 * i);
      values.fill(value, done, done + length);
      at += size;
      done += length;
    }
  }
  return values;
}

function unpack(
  bytes: Uint8Array,
  from: number,
  width: number,
  into: Uint32Array,
  at: number,
  count: number,
): void {
  let bit = 0;
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let got = 0; got < width; ) {
      const here = bit & 7;
      const take = Math.min(8 - here, width - got);
      value += ((bytes[from + (bit >>> 3)]! >> here) & ((1 << take) - 1)) * 2 ** got;
      got += take;
      bit += take;
    }
    into[at + i] = value;
  }
}
