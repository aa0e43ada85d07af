import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeError } from '../common/atomicWrite.js';

/** Records wait in memory until there are this many bytes: one write per few hundred scalars. */
const FLUSH_BYTES = 16_384;

/**
 * Writes a TensorBoard event file into `folder`. Records reach the disk on `flush`, on `close`, and every 16 kB.
 * @throws ForeframeError naming the file when it cannot be made or written.
 */
export class TensorBoardWriter {
  readonly path: string;
  readonly #file: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  /**
   * @param options.purgeStep for a resumed run: TensorBoard hides what earlier files of the folder hold at this step and
   * later. After a checkpoint of step N, that is N + 1.
   */
  constructor(folder: string, options: { purgeStep?: number } = {}) {
    this.path = folder;
    try {
      mkdirSync(folder, { recursive: true });
      this.path = join(folder, freeName(folder));
      this.#file = openSync(this.path, 'wx');
    } catch (error) {
      throw writeError(this.path, error);
    }
    const now = Date.now() / 1000;
    this.#record([double(1, now), text(3, 'brain.Event:2')]);
    if (options.purgeStep !== undefined) {
      const started = [varint(1, 1)]; // SessionLog.status = START
      this.#record([double(1, now), varint(2, options.purgeStep), message(7, started)]);
    }
    this.flush();
  }

  /** One point of the curve `tag` (`loss/train`): `wallTime` in seconds since 1970. */
  scalar(tag: string, value: number, step: number, wallTime: number = Date.now() / 1000): void {
    this.#summary([text(1, tag), float(2, value)], step, wallTime);
  }

  /** One picture under `tag`: a PNG file's bytes and its size in pixels. */
  image(
    tag: string,
    png: Uint8Array,
    width: number,
    height: number,
    step: number,
    wallTime: number = Date.now() / 1000,
  ): void {
    const rgb = 3;
    const picture = [varint(1, height), varint(2, width), varint(3, rgb), bytes(4, png)];
    this.#summary([text(1, tag), message(4, picture)], step, wallTime);
  }

  /** Hand everything so far to the operating system. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const block = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      for (let done = 0; done < block.length; ) done += writeSync(this.#file, block, done);
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /** Flush and close the file. */
  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.#file);
    }
  }

  #summary(value: Uint8Array[], step: number, wallTime: number): void {
    this.#record([double(1, wallTime), varint(2, step), message(5, [message(1, value)])]);
  }

  #record(event: Uint8Array[]): void {
    const framed = tfRecord(Buffer.concat(event));
    this.#waiting.push(framed);
    this.#waitingBytes += framed.length;
    if (this.#waitingBytes >= FLUSH_BYTES) this.flush();
  }
}

/** TensorBoard reads a folder's files in the order of their names, so a resumed run's second must be later than any before. */
function freeName(folder: string): string {
  const taken = readdirSync(folder).map((name) =>
    Number(/^events\.out\.tfevents\.(\d+)\./.exec(name)?.[1] ?? 0),
  );
  const second = Math.max(Math.floor(Date.now() / 1000), ...taken.map((time) => time + 1));
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, '_');
  return `events.out.tfevents.${String(second).padStart(10, '0')}.${host}.${process.pid}`;
}

/** The TFRecord frame: length, its checksum, the data, its checksum, little-endian. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(data.length + 16);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(framed.subarray(0, 8))), true);
  framed.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return framed;
}

/** A checksum stored beside checksummed data is rotated and shifted, so that a checksum of the whole file stays meaningful. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Castagnoli's polynomial, bits reversed; `zlib.crc32` is the other polynomial. */
const castagnoli = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C of `data`, unmasked. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = castagnoli[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

// Protocol-buffer fields. Wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.

function varint(field: number, value: number): Uint8Array {
  return Uint8Array.from([...digits(field << 3), ...digits(value)]);
}

function double(field: number, value: number): Uint8Array {
  const out = new Uint8Array(9);
  out[0] = (field << 3) | 1;
  new DataView(out.buffer).setFloat64(1, value, true);
  return out;
}

function float(field: number, value: number): Uint8Array {
  const out = new Uint8Array(5);
  out[0] = (field << 3) | 5;
  new DataView(out.buffer).setFloat32(1, value, true);
  return out;
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...digits((field << 3) | 2), ...digits(value.length)]), value]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

function message(field: number, fields: Uint8Array[]): Uint8Array {
  return bytes(field, Buffer.concat(fields));
}

/** Seven bits at a time, lowest first; the high bit says that more follow. Steps are counts: from 0 to 2^53. */
function digits(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  out.push(rest);
  return out;
}
