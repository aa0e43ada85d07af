import { readLogLine, reasonIn } from '../ffmpeg/ffmpegLog.js';
import { TimeOrder, type TimeOrderOptions } from './timeOrder.js';

/** What ffmpeg logs while it decodes: the time of each image, and errors. */
export class DecodeLog {
  readonly #start: number;
  readonly #times: (number | undefined)[] = [];
  readonly #errors: string[] = [];
  #waiting: ((time: number) => void) | undefined;
  #ended = false;
  #last: number | undefined;
  #step = 0;
  #lost = 0;
  #noEndMark = false;
  #suspected: string | undefined;
  #summary: { readonly packets: number; readonly frames: number } | undefined;
  #interrupted = false;
  readonly #order: TimeOrder;

  /**
   * @param start seconds to which ffmpeg seeks; it counts from there.
   */
  constructor(start: number, order: TimeOrderOptions) {
    this.#start = start;
    this.#order = new TimeOrder(order);
  }

  /** The first message about damage, if any. */
  get damage(): string | undefined {
    return this.#errors[0] ?? this.#order.damage;
  }

  /** Why nothing could be read, if ffmpeg logged it. */
  get reason(): string | undefined {
    return this.#errors.length > 0 ? reasonIn(this.#errors) : undefined;
  }

  /** Images that could not be decoded. */
  get lost(): number {
    return this.#lost;
  }

  /** Packets that were read, and images that were decoded, as ffmpeg sums up at the end; undefined before it. */
  get packets(): number | undefined {
    return this.#summary?.packets;
  }

  get decoded(): number | undefined {
    return this.#summary?.frames;
  }

  /** A packet that seemed broken. */
  get suspected(): string | undefined {
    return this.#suspected;
  }

  /** A JPEG seemed to have no end mark. */
  get noEndMark(): boolean {
    return this.#noEndMark;
  }

  /** ffmpeg itself received a stop signal, such as Ctrl-C in a terminal. */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** Whether an image that comes at this time is out of place: it came before, or should have, or lies past the end. */
  isMisplaced(time: number): boolean {
    return this.#order.isMisplaced(time);
  }

  read(line: string): void {
    const entry = readLogLine(line);
    if (entry.kind === 'time') this.#arrive(entry.seconds);
    else if (entry.kind === 'decoded') this.#summary ??= entry;
    else if (entry.kind === 'suspected') this.#suspected ??= entry.text;
    else if (entry.kind === 'noEndMark') this.#noEndMark = true;
    else if (entry.kind === 'interrupted') this.#interrupted = true;
    else if (entry.kind === 'lost' || entry.kind === 'damage') {
      if (entry.kind === 'lost') this.#lost++;
      // A long damaged stretch logs without end; the first lines are enough.
      if (this.#errors.length < 20) this.#errors.push(entry.text);
    }
  }

  /** No more lines will come. */
  end(): void {
    this.#ended = true;
    this.#waiting?.(this.#advance(undefined));
    this.#waiting = undefined;
  }

  /** The next image's time in seconds, if it is known already. */
  takeTime(): number | undefined {
    if (this.#times.length > 0) return this.#advance(this.#times.shift());
    return this.#ended ? this.#advance(undefined) : undefined;
  }

  /** The next image's time in seconds. Images and times come through two pipes and may overtake each other. */
  nextTime(): Promise<number> {
    const known = this.takeTime();
    return known !== undefined ? Promise.resolve(known) : new Promise((resolve) => (this.#waiting = resolve));
  }

  #arrive(seconds: number | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(this.#advance(seconds));
    else this.#times.push(seconds);
  }

  /** An image without a time of its own is taken to follow the last one at the last distance. */
  #advance(seconds: number | undefined): number {
    const time =
      seconds !== undefined ? this.#start + seconds : (this.#last ?? this.#start - this.#step) + this.#step;
    if (this.#last !== undefined) this.#step = time - this.#last;
    this.#last = time;
    return time;
  }
}
