import { BlockOutput } from './blockOutput.js';
import { ParquetFault } from './fault.js';

/** One LZ4 block (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): Parquet's `LZ4_RAW`. */
export function lz4Raw(input: Uint8Array, size: number): Uint8Array {
  const output = new BlockOutput(size);
  block(input, output);
  return output.done();
}

/**
 * Parquet's deprecated `LZ4`: Hadoop's frames, each a block after its two lengths, most significant byte first. Some writers put
 * a bare block there.
 */
export function lz4Hadoop(input: Uint8Array, size: number): Uint8Array {
  return isFramed(input, size) ? frames(input, size) : lz4Raw(input, size);
}

function isFramed(input: Uint8Array, size: number): boolean {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  let sum = 0;
  let at = 0;
  while (at + 8 <= input.length) {
    sum += view.getUint32(at);
    at += 8 + view.getUint32(at + 4);
  }
  return at === input.length && sum === size;
}

function frames(input: Uint8Array, size: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const output = new BlockOutput(size);
  for (let at = 0; at < input.length; ) {
    const end = at + 8 + view.getUint32(at + 4);
    const whole = output.length + view.getUint32(at);
    block(input.subarray(at + 8, end), output);
    if (output.length !== whole) throw new ParquetFault('a frame of a compressed page has another length');
    at = end;
  }
  return output.done();
}

function block(input: Uint8Array, output: BlockOutput): void {
  let at = 0;
  const next = () => {
    if (at >= input.length) throw new ParquetFault('a compressed page ends too early');
    return input[at++]!;
  };
  const lengthFrom = (first: number) => {
    let length = first;
    if (first === 15) {
      let more = 255;
      while (more === 255) {
        more = next();
        length += more;
      }
    }
    return length;
  };
  while (at < input.length) {
    const token = next();
    const literals = lengthFrom(token >> 4);
    output.literal(input, at, literals);
    at += literals;
    // The last sequence has literals alone.
    if (at === input.length) return;
    const distance = next() + 256 * next();
    output.repeat(distance, lengthFrom(token & 15) + 4);
  }
}
