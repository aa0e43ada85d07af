import { type CellGrid, cellGrid, errorsInPlace, type FrameSize } from './errorPlaces.js';
import { type Change, EventDetector } from './eventDetector.js';
import type { SurpriseSettings } from './settings.js';
import { UsualError } from './usualError.js';
import { UsualPlaces } from './usualPlaces.js';

/** What is unusual about an event: more is happening than expected, or less: a camera that is frozen, covered or dark. */
export type EventKind = 'more' | 'less';

/** A change of an event of a kind. */
export type MeterChange = Change & { readonly of: EventKind };

/** One frame beside what was expected of it. */
export interface Measured {
  /** Number of the frame among those measured, from 0. */
  readonly index: number;
  /** Mean squared error per pixel value, frames in [0, 1]. */
  readonly error: number;
  /** The usual error; NaN for the first frame. */
  readonly usual: number;
  /** Robust standard deviations above the usual error; 0 while warming up, below 0 where less happens than usual. */
  readonly score: number;
  /** The same in place, `[rows, columns]` of `grid`. */
  readonly places: Float32Array;
  readonly changes: readonly MeterChange[];
}

/** Measures the surprise of one camera, frame by frame. What it remembers does not grow. */
export class SurpriseMeter {
  readonly grid: CellGrid;
  readonly #frame: FrameSize;
  readonly #usual: UsualError;
  readonly #places: UsualPlaces;
  readonly #cells: Float64Array;
  readonly #detectors: Readonly<Record<EventKind, EventDetector>>;
  #index = 0;

  constructor(frame: FrameSize, settings: SurpriseSettings) {
    this.grid = cellGrid(frame);
    const { side, rows, columns } = this.grid;
    this.#frame = frame;
    this.#usual = new UsualError(settings);
    this.#cells = new Float64Array(rows * columns);
    this.#places = new UsualPlaces(rows * columns, settings.window, side * side * frame.channels);
    this.#detectors = {
      more: new EventDetector(settings),
      less: new EventDetector({ ...settings, least: settings.stillFrames }),
    };
  }

  /** @param truth the frame, uint8 @param expected what was expected of it, in [0, 1] */
  measure(truth: Uint8Array, expected: Float32Array): Measured {
    const error = errorsInPlace(truth, expected, this.#frame, this.grid, this.#cells);
    const { usual, score, sudden } = this.#usual.take(error);
    const places = this.#places.take(this.#cells);
    const changes = [
      ...changesOf('more', this.#detectors.more.take(score, sudden)),
      ...changesOf('less', this.#detectors.less.take(-score)),
    ];
    return { index: this.#index++, error, usual, score, places, changes };
  }

  /** The video is over, and with it what goes on. */
  end(): MeterChange[] {
    const { more, less } = this.#detectors;
    return [...changesOf('more', more.end()), ...changesOf('less', less.end())];
  }
}

function changesOf(of: EventKind, changes: readonly Change[]): MeterChange[] {
  return changes.map((change) => ({ ...change, of }));
}
