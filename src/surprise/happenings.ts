import { required } from '../common/required.js';
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

/** A measured frame as far as an event may come to speak of it: one that waits for its beginning had its peak before. */
interface Moment {
  readonly instant: Instant;
  readonly error: number;
  readonly usual: number;
  /** Number of the cell whose error lies farthest above what is usual there, and below it. */
  readonly cells: Readonly<Record<EventKind, number>>;
}

/** Makes events with times and places of what a meter says; remembers no more than the last few frames. */
export class Happenings {
  readonly #frame: FrameSize;
  readonly #grid: CellGrid;
  readonly #kept: number;
  /** The last frames, by their number among the measured. */
  readonly #moments = new Map<number, Moment>();
  readonly #open = new Map<EventKind, SurpriseEvent>();
  #count = 0;

  /** @param kept frames that may still be asked for: the longest wait for a beginning or an end */
  constructor(frame: FrameSize, grid: CellGrid, kept: number) {
    this.#frame = frame;
    this.#grid = grid;
    this.#kept = kept;
  }

  /** What a measured frame, seen at `instant`, began or ended. */
  take({ index, error, usual, places, changes }: Measured, instant: Instant): Happening[] {
    this.#moments.set(index, { instant, error, usual, cells: farthest(places) });
    this.#moments.delete(index - this.#kept - 1);
    return changes.map((change) => this.#happening(change));
  }

  /** What the end of the video ended. */
  end(changes: readonly MeterChange[]): Happening[] {
    return changes.map((change) => this.#happening(change));
  }

  #happening({ kind, of, stretch }: MeterChange): Happening {
    const before = this.#open.get(of);
    const event: SurpriseEvent =
      kind === 'ended'
        ? { ...required(this.#open, of), end: this.#at(stretch.end).instant }
        : {
            number: before?.number ?? ++this.#count,
            of,
            start: before?.start ?? this.#at(stretch.start).instant,
            end: this.#at(stretch.end).instant,
            ...this.#peakOf(of, stretch),
          };
    if (kind === 'ended') this.#open.delete(of);
    else this.#open.set(of, event);
    return { kind, event };
  }

  #peakOf(of: EventKind, { peak, score }: Stretch) {
    const { instant, error, usual, cells } = this.#at(peak);
    return { peak: instant, score, error, usual, place: this.#placeOf(cells[of]) };
  }

  #at(index: number): Moment {
    return this.#moments.get(index) ?? [...this.#moments.values()][0]!;
  }

  #placeOf(cell: number): Place {
    const { side, columns } = this.#grid;
    const [x, y] = [(cell % columns) * side, Math.floor(cell / columns) * side];
    const { width, height } = this.#frame;
    return { x, y, width: Math.min(side, width - x), height: Math.min(side, height - y) };
  }
}

function farthest(places: Float32Array): Record<EventKind, number> {
  let [more, less] = [0, 0];
  for (let at = 1; at < places.length; at++) {
    if (places[at]! > places[more]!) more = at;
    if (places[at]! < places[less]!) less = at;
  }
  return { more, less };
}
