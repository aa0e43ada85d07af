import type { CellGrid, FrameSize } from './errorPlaces.js';
import type { Stretch } from './eventDetector.js';
import type { EventKind, Measured, MeterChange } from './surpriseMeter.js';

/** A moment of a video. */
export interface Instant {
  /** Number of the frame in its video, from 0. */
  readonly frame: number;
  /** Seconds from the beginning of the video. */
  readonly time: number;
}

/** Where in an image, in pixels of the frames that the network sees. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What the kinds of events mean, in words. */
export const EVENT_WORDS: Readonly<Record<EventKind, string>> = {
  more: 'unusual',
  less: 'stiller than usual',
};

/** Something unusual. */
export interface SurpriseEvent {
  /** From 1, in the order in which the events of a video began. */
  readonly number: number;
  /** `more` is happening than expected, or `less`: a camera that is frozen, covered or dark. */
  readonly of: EventKind;
  readonly start: Instant;
  /** The last frame that belongs to it so far. */
  readonly end: Instant;
  /** The frame of the highest score so far. */
  readonly peak: Instant;
  /** That score: robust standard deviations above the usual error, or below it. */
  readonly score: number;
  /** Mean squared error per pixel value at the peak, and the usual one then. */
  readonly error: number;
  readonly usual: number;
  /** Where the peak's error is farthest from what is usual there. */
  readonly place: Place;
}

/** What is heard of an event: it begins, a higher peak comes, it ends. */
export interface Happening {
  readonly kind: 'began' | 'peak' | 'ended';
  readonly event: SurpriseEvent;
}

/** Makes events with times and places of what a meter says; remembers no more than the last few times. */
export class Happenings {
  readonly #frame: FrameSize;
  readonly #grid: CellGrid;
  readonly #kept: number;
  /** Moments of the last frames, by their number among the measured. */
  readonly #instants = new Map<number, Instant>();
  readonly #open = new Map<EventKind, SurpriseEvent>();
  #count = 0;

  /** @param kept frames whose time may still be asked for: the longest wait for a beginning or an end */
  constructor(frame: FrameSize, grid: CellGrid, kept: number) {
    this.#frame = frame;
    this.#grid = grid;
    this.#kept = kept;
  }

  /** What a measured frame, seen at `instant`, began or ended. */
  take(measured: Measured, instant: Instant): Happening[] {
    this.#instants.set(measured.index, instant);
    this.#instants.delete(measured.index - this.#kept - 1);
    return measured.changes.map((change) => this.#happening(change, measured));
  }

  /** What the end of the video ended. */
  end(changes: readonly MeterChange[]): Happening[] {
    return changes.map((change) => this.#happening(change));
  }

  #happening({ kind, of, stretch }: MeterChange, measured?: Measured): Happening {
    const before = this.#open.get(of);
    const event: SurpriseEvent =
      kind === 'ended' || !measured
        ? { ...before!, end: this.#at(stretch.end) }
        : {
            number: before?.number ?? ++this.#count,
            of,
            start: before?.start ?? this.#at(stretch.start),
            end: this.#at(stretch.end),
            ...this.#peakOf(of, stretch, measured),
          };
    if (kind === 'ended') this.#open.delete(of);
    else this.#open.set(of, event);
    return { kind, event };
  }

  #peakOf(of: EventKind, { peak, score }: Stretch, { error, usual, places }: Measured) {
    return { peak: this.#at(peak), score, error, usual, place: this.#farthest(of, places) };
  }

  #at(index: number): Instant {
    return this.#instants.get(index) ?? [...this.#instants.values()][0]!;
  }

  #farthest(of: EventKind, places: Float32Array): Place {
    const sign = of === 'more' ? 1 : -1;
    let cell = 0;
    for (let at = 1; at < places.length; at++) if (sign * places[at]! > sign * places[cell]!) cell = at;
    const { side, columns } = this.#grid;
    const [x, y] = [(cell % columns) * side, Math.floor(cell / columns) * side];
    const { width, height } = this.#frame;
    return { x, y, width: Math.min(side, width - x), height: Math.min(side, height - y) };
  }
}
