import { BlockOutput } from './blockOutput.js';
import { ParquetFault } from './fault.js';

/**
 * Snappy's raw format (https://github.com/google/snappy/blob/main/format_description.txt). Not hyparquet's own: a damaged
 * length sends that one backwards, for ever.
 */
export function snappy(input: Uint8Array, size: number): Uint8Array {
  const output = new BlockOutput(size);
  let at = 0;
  // The length without compression, which the page's header says, too.
  while (byteAt(input, at++) >= 128);
  while (at < input.length) {
    const tag = input[at++]!;
    if ((tag & 3) === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const bytes = length - 59;
        length = little(input, at, bytes);
        at += bytes;
      }
      output.literal(input, at, length + 1);
      at += length + 1;
    } else if ((tag & 3) === 1) {
      output.repeat(((tag >> 5) << 8) + byteAt(input, at), ((tag >> 2) & 7) + 4);
      at += 1;
    } else {
      const bytes = (tag & 3) === 2 ? 2 : 4;
      output.repeat(little(input, at, bytes), (tag >> 2) + 1);
      at += bytes;
    }
  }
  return output.done();
}

function little(input: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let i = 0; i < bytes; i++) value += byteAt(input, at + i) * 2 ** (8 * i);
  return value;
}

function byteAt(input: Uint8Array, at: number): number {
  if (at >= input.length) throw new ParquetFault('a compressed page ends too early');
  return input[at]!;
}
