import { isMissingReference } from '../ffmpeg/ffmpegLog.js';
import type { FrameOptions } from '../frameOptions.js';
import { jumpOptions, startCorrection } from '../probing/packetTimes.js';
import type { VideoInfo } from '../probing/probe.js';

/** How ffmpeg is brought to the beginning of a stretch. */
export interface Approach {
  /** Seconds from the beginning of the file to jump to; without it everything is read from the beginning. */
  readonly seek?: number;
  /** Seconds between the beginning of the file and the first image, where ffmpeg counts from that one. */
  readonly shift: number;
  /** The input has to be probed first: without that it would be read wrongly. */
  readonly looked?: boolean;
}

/** Half a microsecond, so that an image at the very border is on the right side of it whatever the rounding. */
const HALF = 5e-7;
/** Seconds decoded past the end: images may come a little out of order, and a coarse clock rounds the end. */
const SLACK = 1.5;
/** The same where images are sampled: one past the end is needed to know for how long the last one was shown. */
const SLACK_SAMPLED = 60;
/** What is printed on the log beside times of images is far below any of them. */
const FIRST = 2e9;
const PAST = 1e9;
const KEY = 3e9;

export const FROM_BEGINNING: Approach = { shift: 0 };

/** How to begin: with a jump where the container makes it exact, to a moment early enough that no image needs one before it. */
export function firstApproach({ start = 0 }: FrameOptions, info: VideoInfo | undefined): Approach {
  if (!info?.file.seekable) return FROM_BEGINNING;
  // Of an open group, images shown before the key image cannot be decoded: a jump to just before `start` could lose some.
  const seek = start - Math.max(1, 20 / (info.frameRate || 20));
  return seek > info.begin ? { seek, shift: 0 } : FROM_BEGINNING;
}

/**
 * The images of a video from `start` on and before `start + duration`, by their own presentation times: ffmpeg's `-t` counts from
 * the first image that it finds after a jump instead. With a rate, the image of each moment of one grid over the whole video,
 * if it lies within the stretch itself: no image of one stretch is shown in the next.
 */
export class Stretch {
  readonly #from: number;
  readonly #to: number;
  readonly #rate: number | undefined;
  #better: Approach | undefined;
  #over = false;
  /** The key image that a jump led to was shown. */
  #atKey: boolean;
  /** The first moment of the grid at which an image past the end is shown. */
  #limit = Number.POSITIVE_INFINITY;

  /** @param back seconds by which times go back within the file */
  constructor(
    { start = 0, duration, rate }: FrameOptions,
    readonly approach: Approach,
    readonly back = 0,
  ) {
    this.#from = start > 0 ? start - HALF : Number.NEGATIVE_INFINITY;
    this.#to = duration === undefined ? Number.POSITIVE_INFINITY : start + duration - HALF;
    this.#rate = rate;
    this.#atKey = approach.seek === undefined;
  }

  get inputOptions(): string[] {
    const { seek } = this.approach;
    return seek === undefined ? [] : jumpOptions(seek);
  }

  /** Filters before all others; they end in a comma. */
  get filters(): string {
    const filters: string[] = [];
    if (Number.isFinite(this.#to)) {
      const slack = this.back + (this.#rate === undefined ? SLACK : SLACK_SAMPLED);
      // Sampling has to see the images' own times; a clock of microseconds would round them.
      if (this.#rate === undefined) filters.push('settb=AVTB');
      filters.push(`trim=end=${this.#own(this.#to + slack)}`);
    }
    const select = this.#select();
    if (select !== '') filters.push(`select='${select}'`);
    return filters.map((filter) => `${filter},`).join('');
  }

  /** An image without a time goes with the one before. */
  #select(): string {
    const marks: string[] = [];
    const within: string[] = [];
    if (this.approach.seek !== undefined)
      marks.push(`if(eq(n,0),print(-${FIRST}-t,32)*0)`, `if(key*not(ld(2)),st(2,1)*print(-${KEY}-t,32)*0)`);
    if (Number.isFinite(this.#from)) within.push(`gte(t,${this.#own(this.#from)})`);
    if (Number.isFinite(this.#to)) {
      const past = `gte(t,${this.#own(this.#to)})`;
      marks.push(`if(${past}*not(ld(1)),st(1,1)*print(-${PAST}-t,32)*0)`);
      if (this.#rate === undefined) within.push(`not(${past})`);
    }
    if (within.length === 0) return marks.join('+') && `${marks.join('+')}+1`;
    return [...marks, `if(isnan(t),ld(0),st(0,${within.join('*')}))`].join('+');
  }

  /** On ffmpeg's clock. */
  #own(time: number): string {
    return (time - this.approach.shift).toFixed(7);
  }

  /** Take in a line of the log. @returns whether it was of no other interest: a mark, or damage past the end */
  read(line: string, damage: () => boolean): boolean {
    const mark = /(?:^|\] )-([123])(\d{9}\.\d{6})$/.exec(line);
    if (mark) {
      const time = Number(mark[2]);
      if (mark[1] === '3') this.#atKey = true;
      else if (mark[1] === '2') this.#check(time);
      else this.#end(time);
      return true;
    }
    const shift = startCorrection(line);
    if (shift !== undefined) this.#correct(shift);
    // Images before the key image, which a jump cuts off from what they need, are long before the stretch.
    return (this.#over && damage()) || (!this.#atKey && isMissingReference(line));
  }

  /** A jump that went too far is taken back: all is read. */
  #check(first: number): void {
    const { seek } = this.approach;
    if (seek !== undefined && first > seek + HALF) this.#better = FROM_BEGINNING;
  }

  #correct(shift: number): void {
    const { approach } = this;
    if (Math.abs(approach.shift - shift) > HALF) this.#better = { ...approach, shift };
  }

  #end(time: number): void {
    this.#over = true;
    if (this.#rate !== undefined) this.#limit = Math.floor(time * this.#rate + 0.5 + 1e-6 * this.#rate);
  }

  /** The approach to try instead, once it is known that this one leads elsewhere. */
  get better(): Approach | undefined {
    return this.#better;
  }

  /** Seconds from the beginning of the file of an image at ffmpeg's `time`. */
  timeOf(time: number): number {
    return time + (this.#better ?? this.approach).shift;
  }

  /** How many of a video's images, whose ascending times are known, the stretch should hold; undefined where that is not known. */
  imagesIn(times: Float64Array | undefined): number | undefined {
    if (!times || this.#rate !== undefined) return undefined;
    return times.reduce((sum, time) => sum + Number(time >= this.#from && time < this.#to), 0);
  }

  /** Whether nothing of the stretch comes after an image shown at ffmpeg's `time`. */
  isPast(time: number): boolean {
    return this.#rate !== undefined && Math.round(time * this.#rate) >= this.#limit;
  }

  /** The whole video: a wrong approach changes nothing but times. */
  get isWhole(): boolean {
    return this.#from === Number.NEGATIVE_INFINITY && this.#to === Number.POSITIVE_INFINITY;
  }
}
