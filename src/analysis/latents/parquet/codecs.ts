import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Decompress } from 'fzstd';
import type { CompressionCodec } from 'hyparquet';
import { ParquetFault } from './fault.js';
import { lz4Hadoop, lz4Raw } from './lz4.js';
import { snappy } from './snappy.js';

/** zstd's own limit of a window, unless one asks for more. */
const LARGEST_WINDOW = 2 ** 27;

/**
 * The decompressed bytes of a page.
 * @param size bytes that its header says, which were compared with what may be read before
 * @throws ParquetFault unless it holds exactly so many, or for a codec that is not known
 */
export function decompress(input: Uint8Array, size: number, codec: CompressionCodec | undefined): Uint8Array {
  const output = decompressed(input, size, codec);
  if (output.length !== size)
    throw new ParquetFault(`a page holds ${output.length} bytes, not the ${size} it says`);
  return output;
}

function decompressed(input: Uint8Array, size: number, codec: CompressionCodec | undefined): Uint8Array {
  // A copy, so that nothing that is read from the page can reach beyond its end.
  if (codec === 'UNCOMPRESSED') return input.slice();
  if (size === 0 && input.length === 0) return input.slice();
  if (codec === 'SNAPPY') return snappy(input, size);
  if (codec === 'LZ4') return lz4Hadoop(input, size);
  if (codec === 'LZ4_RAW') return lz4Raw(input, size);
  if (codec === 'ZSTD') return zstd(input, size);
  const limit = { maxOutputLength: Math.max(1, size) };
  if (codec === 'GZIP') return tight(gunzipSync(input, limit));
  if (codec === 'BROTLI') return tight(brotliDecompressSync(input, limit));
  throw new ParquetFault(`it is compressed with ${codec ?? 'something unknown'}, which is not read here`);
}

/** Without the buffer that Node shares between small results. */
function tight(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}

/** Node's zlib knows zstd from 22.15 on only. Frames say how much memory they need: that is looked at first. */
function zstd(input: Uint8Array, size: number): Uint8Array {
  checkZstdFrame(input, size);
  const output = new Uint8Array(size);
  let at = 0;
  const stream = new Decompress((part) => {
    if (at + part.length > size) throw new ParquetFault(`a page holds more than the ${size} bytes it says`);
    output.set(part, at);
    at += part.length;
  });
  stream.push(input, true);
  if (at !== size) throw new ParquetFault(`a page holds ${at} bytes, not the ${size} it says`);
  return output;
}

/** RFC 8878, 3.1.1.1. */
function checkZstdFrame(input: Uint8Array, size: number): void {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) throw new ParquetFault('a page is not compressed with zstd');
  const flags = view.getUint8(4);
  const single = (flags >> 5) & 1;
  const at = 6 - single + [0, 1, 2, 4][flags & 3]!;
  const contentBytes = [single, 2, 4, 8][flags >> 6]!;
  const content = [
    () => undefined,
    () => view.getUint8(at),
    () => view.getUint16(at, true) + 256,
    () => view.getUint32(at, true),
    () => Number(view.getBigUint64(at, true)),
  ][[0, 1, 2, 4, 8].indexOf(contentBytes)]!();
  if (content !== undefined && content !== size)
    throw new ParquetFault(`a page holds ${content} bytes, not the ${size} it says`);
  if (single) return;
  const exponent = 2 ** (10 + (view.getUint8(5) >> 3));
  if (exponent + (exponent / 8) * (view.getUint8(5) & 7) > LARGEST_WINDOW)
    throw new ParquetFault('a page says that its decompression needs more than 128 MB');
}
