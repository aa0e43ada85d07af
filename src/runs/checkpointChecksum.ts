import { crc32 } from '../common/crc32.js';

/** The metadata entry with a checkpoint's checksum. Files of an older foreframe have no such entry. */
export const CHECKSUM_KEY = 'foreframe.checksum';
/** Stands in the file while the checksum is taken, so that all other bytes, those of the header too, count. */
export const NO_CHECKSUM = 'crc32:--------';

const HEX_DIGITS = 8;

/** Put the checksum of all parts into the first of them, which was made with `NO_CHECKSUM` as its entry. */
export function sealParts(parts: readonly Uint8Array[]): void {
  const header = Buffer.from(parts[0]!.buffer, parts[0]!.byteOffset, parts[0]!.byteLength);
  const at = header.indexOf(entryText(NO_CHECKSUM));
  header.write(entryText(checksumOf(parts)), at);
}

/**
 * Whether a file's bytes are those that were saved.
 * @param stated what its metadata say
 */
export function isSealed(bytes: Uint8Array, stated: string): boolean {
  const dataStart = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const header = Buffer.from(bytes.subarray(0, dataStart));
  const at = header.indexOf(entryText(stated));
  if (at < 0 || stated.length !== NO_CHECKSUM.length) return false;
  header.write(entryText(NO_CHECKSUM), at);
  return checksumOf([header, bytes.subarray(dataStart)]) === stated;
}

function entryText(checksum: string): string {
  return `"${CHECKSUM_KEY}":"${checksum}"`;
}

function checksumOf(parts: readonly Uint8Array[]): string {
  const crc = parts.reduce((before, part) => crc32(part, before), 0);
  return `crc32:${crc.toString(16).padStart(HEX_DIGITS, '0')}`;
}
