import { createHash } from 'node:crypto';
import type { KeyValue } from 'hyparquet';
import { ParquetFault } from './fault.js';

// Parquet's own checksums of pages leave out their headers and the footer, and the writer that is used here has none. A file of
// foreframe has one of every column chunk, in the chunk's metadata, and one of the footer, in the file's.

const CHUNK = 'foreframe.sha256';
const FOOTER = 'foreframe.checksum';
const BLANK = '0'.repeat(64);
/** The key, and what Thrift puts between it and 64 characters of text. */
const BEFORE = Buffer.concat([Buffer.from(FOOTER), Buffer.from([0x18, 64])]);
/** How the programs that wrote such files call themselves; others may have copied the metadata of one into a file of their own. */
export const WRITER = 'foreframe version';

/** Goes into the metadata of a column chunk of these bytes. */
export function chunkChecksum(bytes: Uint8Array): KeyValue {
  return { key: CHUNK, value: sha256(bytes) };
}

/** @throws ParquetFault where a chunk has a checksum, and another one than its bytes */
export function checkChunk(bytes: Uint8Array, pairs: readonly KeyValue[] | undefined, column: string): void {
  const stated = pairs?.find(({ key }) => key === CHUNK)?.value;
  if (stated !== undefined && stated !== sha256(bytes))
    throw new ParquetFault(`column ${column} of it has another checksum than when it was written`);
}

/** Goes last into the metadata of a file, until `sealFooter` fills it. */
export const blankChecksum: KeyValue = { key: FOOTER, value: BLANK };

/** Fill in the checksum of a footer in place. @param bytes end with the footer, its length and the last four letters */
export function sealFooter(bytes: Uint8Array): void {
  const { byteOffset, byteLength, buffer } = bytes;
  const length = new DataView(buffer, byteOffset, byteLength).getUint32(byteLength - 8, true);
  const footer = bytes.subarray(byteLength - 8 - length, byteLength - 8);
  const at = placeIn(footer)!;
  footer.set(Buffer.from(sha256(footer)), at);
}

/** @throws ParquetFault where the footer has a checksum, and another one than its bytes */
export function checkFooterSum(footer: Uint8Array): void {
  const at = placeIn(footer);
  if (at === undefined || !Buffer.from(footer).includes(WRITER)) return;
  const blank = Buffer.from(footer);
  const stated = blank.toString('latin1', at, at + 64);
  blank.write(BLANK, at);
  if (stated !== sha256(blank))
    throw new ParquetFault('its footer has another checksum than when it was written');
}

function placeIn(footer: Uint8Array): number | undefined {
  const at = Buffer.from(footer.buffer, footer.byteOffset, footer.byteLength).lastIndexOf(BEFORE);
  return at < 0 || at + BEFORE.length + 64 > footer.length ? undefined : at + BEFORE.length;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
