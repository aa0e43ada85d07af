import { createInterface } from 'node:readline';
import { isDamage, plainText, reasonIn } from '../ffmpeg/ffmpegLog.js';
import { startFfmpeg } from '../ffmpeg/ffmpegProcess.js';
import { throwIfAborted } from '../frameOptions.js';
import { ONLY_FILES } from '../sources/playlists.js';

/** When the images of a file are shown, as its packets say: nothing is decoded. */
export interface PacketTimes {
  /** Seconds from the beginning of the file, ascending. */
  readonly times: Float64Array;
  /** Packets state when images are decoded, not when they are shown, as in an .avi with B-frames or a bare .h264. */
  readonly asDecoded: boolean;
  /** Every packet states when its image is shown. */
  readonly exact: boolean;
  /** When the last image ends. */
  readonly end: number;
  /** Packets, with or without a time. */
  readonly count: number;
  /** How many of them are cut or damaged, as far as the container shows. */
  readonly damaged: number;
  /** The largest step back in time between images in file order, in seconds. Larger than B-frames need where times restart. */
  readonly back: number;
  /** The container's own time at the beginning of the file. */
  readonly fileStart: number;
  /** Why nothing was found, if ffmpeg logged it. */
  readonly reason?: string;
}

export interface PacketOptions {
  readonly signal?: AbortSignal;
  /** Which of the file's streams; by default the first video stream that is not a cover. */
  readonly stream?: number;
  /** ffmpeg's name of the file's format, where ffmpeg would take it for another. */
  readonly format?: string;
  /** Begin near this moment, in seconds from the beginning of the file: for containers in which that is exact. */
  readonly from?: number;
}

/** ffmpeg's name of a stream. V, not v: where nothing was probed, the first video stream that is not a cover. */
export function mapOf(stream: number | undefined): string {
  return stream === undefined ? '0:V:0' : `0:${stream}`;
}

/** ffmpeg's number for no time. */
const NO_TIME = -(2 ** 63);
/** `stream, decoded at, shown at, lasts, bytes, checksum, F=flags` */
const PACKET = /^0, *(-?\d+), *(-?\d+), *(-?\d+), *(\d+), 0x[0-9a-f]+(?:, F=0x([0-9a-f]+))?/;
/** The packet's own flag that it is damaged: the file ends in the middle of it. */
const DAMAGED = 2;
/** The packet's own flag that its image is not shown: an edit list begins after it. */
const HIDDEN = 4;

/**
 * Reads the packets of a file's video stream through ffmpeg itself, so that their times are on the same clock as the frames.
 * @throws InterruptedError when aborted
 */
export async function packetTimes(
  path: string,
  { signal, stream, format, from }: PacketOptions = {},
): Promise<PacketTimes> {
  const work = `reading the times of ${path}`;
  throwIfAborted(signal, work);
  const clock = new FileClock();
  const ffmpeg = await startFfmpeg({
    inputOptions: [
      ...ONLY_FILES,
      ...(format ? ['-f', format] : []),
      ...(from === undefined ? [] : jumpOptions(from)),
    ],
    input: `file:${path}`,
    outputOptions: ['-map', mapOf(stream), '-c', 'copy', '-copyinkf', '-copypriorss', '1', '-f', 'framecrc'],
    onLine: (line) => clock.read(line),
  });
  const abort = () => void ffmpeg.kill();
  signal?.addEventListener('abort', abort, { once: true });
  const table = new PacketTable();
  try {
    for await (const line of createInterface({ input: ffmpeg.output })) table.read(line);
    await ffmpeg.exited;
    throwIfAborted(signal, work);
  } finally {
    signal?.removeEventListener('abort', abort);
    await ffmpeg.kill();
  }
  const reason = clock.errors.length > 0 ? reasonIn(clock.errors) : undefined;
  return { ...table.close(clock.shift), fileStart: clock.fileStart, reason };
}

/**
 * Seeks to the key image before `seconds` from the beginning of the file. ffmpeg would set its clock to the seek's, rounded, so it
 * is made to count from the beginning of the file, as without a seek.
 */
export function jumpOptions(seconds: number): string[] {
  return ['-noaccurate_seek', '-ss', seconds.toFixed(6), '-copyts', '-start_at_zero'];
}

/** What ffmpeg says about the clock of a file. */
export class FileClock {
  /** The container's own time at the beginning of the file, in seconds. */
  fileStart = 0;
  /** Seconds between the beginning of the file and the one that ffmpeg counts from instead. */
  shift = 0;
  /** What went wrong, if anything did. */
  readonly errors: string[] = [];

  read(line: string): void {
    if (isDamage(line) && this.errors.length < 20) this.errors.push(plainText(line));
    const start = /\bDuration: [^,]*, start: (-?\d+\.\d+)/.exec(line);
    if (start) this.fileStart = Number(start[1]);
    const shift = startCorrection(line);
    if (shift !== undefined) this.shift = shift;
  }
}

/** In a stream whose sound begins first, ffmpeg counts from the first image instead, and says so. */
export function startCorrection(line: string): number | undefined {
  const found = /Correcting start time by (-?\d+)/.exec(line);
  return found ? Number(found[1]) / 1e6 : undefined;
}

class PacketTable {
  #times: number[] = [];
  readonly #decoded: number[] = [];
  /** When images without a presentation time are decoded. */
  readonly #untimed: number[] = [];
  #tick = 1;
  #count = 0;
  #damaged = 0;
  #held: RegExpExecArray | undefined;
  #latest = Number.NEGATIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;
  #back = 0;

  /** One line of ffmpeg's framecrc. */
  read(line: string): void {
    const base = /^#tb 0: (\d+)\/(\d+)/.exec(line);
    if (base) this.#tick = Number(base[1]) / Number(base[2]);
    const packet = PACKET.exec(line);
    // An .avi fills times without an image with packets without a byte.
    if (!packet || packet[4] === '0') return;
    this.#take();
    this.#held = packet;
  }

  /** The packet before the last one. It may be damaged and decode all the same. */
  #take(): void {
    if (!this.#held) return;
    const [decoded, shown, length] = this.#held.slice(1, 4).map(Number) as [number, number, number];
    if (hasFlag(this.#held, HIDDEN)) return;
    this.#count++;
    if (hasFlag(this.#held, DAMAGED)) this.#damaged++;
    if (decoded !== NO_TIME) this.#decoded.push(decoded * this.#tick);
    if (shown === NO_TIME) {
      // A program stream gives some images none: they follow those that have one.
      if (decoded !== NO_TIME) this.#untimed.push(decoded * this.#tick);
      return;
    }
    const time = shown * this.#tick;
    this.#times.push(time);
    this.#add(time, length * this.#tick);
  }

  #add(time: number, length: number): void {
    this.#back = Math.max(this.#back, this.#latest - time);
    this.#latest = Math.max(this.#latest, time);
    this.#end = Math.max(this.#end, time + length);
  }

  close(shift: number): Omit<PacketTimes, 'fileStart' | 'reason'> {
    // A file that was cut ends in half a packet.
    if (this.#held && !hasFlag(this.#held, DAMAGED)) this.#take();
    const asDecoded = this.#times.length < this.#count / 2;
    if (asDecoded) {
      this.#times = this.#decoded;
      for (const time of this.#times) this.#add(time, 0);
    } else if (this.#untimed.length > 0) {
      const first = this.#times.reduce((a, b) => Math.min(a, b));
      this.#times = this.#times.concat(this.#untimed.filter((time) => time > first));
    }
    const times = Float64Array.from(this.#times, (time) => time + shift).sort();
    return {
      times,
      end: this.#end + shift,
      asDecoded,
      exact: !asDecoded && this.#untimed.length === 0,
      count: this.#count,
      damaged: this.#damaged,
      back: this.#back,
    };
  }
}

function hasFlag(packet: RegExpExecArray, flag: number): boolean {
  return (Number.parseInt(packet[5] ?? '0', 16) & flag) !== 0;
}
