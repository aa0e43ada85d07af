import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeError } from '../common/files/atomicWrite.js';
import { Message } from '../common/protobuf.js';

/** Records wait in memory until there are this many bytes: one write per few hundred scalars. */
const FLUSH_BYTES = 16_384;

/** A PNG file's bytes and its size in pixels. */
export interface LoggedImage {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

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
    this.#record(new Message().double(1, now).bytes(3, 'brain.Event:2'));
    if (options.purgeStep !== undefined) {
      const started = new Message().int(1, 1); // SessionLog.status = START
      this.#record(new Message().double(1, now).int(2, options.purgeStep).bytes(7, started));
    }
    this.flush();
  }

  /** One point of the curve `tag` (`loss/train`): `wallTime` in seconds since 1970. */
  scalar(tag: string, value: number, step: number, wallTime: number = Date.now() / 1000): void {
    this.#summary(new Message().bytes(1, tag).float(2, value), step, wallTime);
  }

  /** One image under `tag`: a PNG file's bytes and its size in pixels. */
  image(
    tag: string,
    png: Uint8Array,
    width: number,
    height: number,
    step: number,
    wallTime: number = Date.now() / 1000,
  ): void {
    const rgb = 3;
    const image = new Message().int(1, height).int(2, width).int(3, rgb).bytes(4, png);
    this.#summary(new Message().bytes(1, tag).bytes(4, image), step, wallTime);
  }

  /**
   * The settings of a run, for TensorBoard's table of hyperparameters (`tensorboard/plugins/hparams/plugin_data.proto`).
   * @param startTime in seconds since 1970
   */
  hparams(values: Readonly<Record<string, HParam>>, startTime: number = Date.now() / 1000): void {
    const settings = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, protobufValue(value)]),
    );
    const session = new Message().map(1, settings).double(5, startTime);
    const content = new Message().int(1, 0).bytes(3, session);
    const metadata = new Message().bytes(1, new Message().bytes(1, 'hparams').bytes(2, content));
    // Plugins look at tensors alone: this one holds nothing, a float32 of shape [0].
    const nothing = new Message().int(1, 1).bytes(2, new Message().bytes(2, new Message().int(1, 0)));
    const value = new Message().bytes(1, '_hparams_/session_start_info').bytes(8, nothing).bytes(9, metadata);
    this.#summary(value, 0, startTime);
  }

  /** Writes everything so far to the operating system. */
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

  #summary(value: Message, step: number, wallTime: number): void {
    this.#record(new Message().double(1, wallTime).int(2, step).bytes(5, new Message().bytes(1, value)));
  }

  #record(event: Message): void {
    const framed = tfRecord(event.finish());
    this.#waiting.push(framed);
    this.#waitingBytes += framed.length;
    if (this.#waitingBytes >= FLUSH_BYTES) this.flush();
  }
}

/** A setting as TensorBoard's table holds it. */
export type HParam = number | string | boolean;

/** `google.protobuf.Value`. */
function protobufValue(value: HParam): Message {
  if (typeof value === 'number') return new Message().double(2, value);
  return typeof value === 'string' ? new Message().bytes(3, value) : new Message().int(4, value);
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
