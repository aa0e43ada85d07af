import type { Pool } from '../../engine/encodeProgram.js';
import type { EveryText } from '../../extraction/streams/every.js';
import type { Split } from '../../stream/frameSource.js';
import type { Watching } from '../watching.js';
import type { WatchedVideo } from './followed.js';

export interface ExtractionOptions extends Watching {
  /** A dataset's name, or videos, folders or patterns, with `every` parts of videos too; the run's own data by default. */
  readonly data?: string | readonly (string | WatchedVideo)[];
  /** Where to, ending in `.parquet`. */
  readonly out: string;
  /** Layers by name, and `pixels`; the model's memory by default. */
  readonly layers?: readonly string[];
  /**
   * Follow whole videos, with memory carried on from their first frame, and write a row at each `frame`, or at the end of each so many
   * seconds (`1s`, `0.5s`), `video`, or `clip` of `steps` frames, each of which begins with an empty memory. Without it clips are
   * watched side by side, at `times`, with what is known of them.
   */
  readonly every?: EveryText;
  /** Seconds from the beginning of each video that is followed: the memory is empty there. */
  readonly from?: number;
  /** Seconds from the beginning of each video that is followed: what is shown from then on is not watched. */
  readonly to?: number;
  /** Times in a clip, from 1; the last by default. */
  readonly times?: 'last' | 'all' | readonly number[];
  /** What becomes of maps over height and width; `none` by default. */
  readonly pool?: Pool;
  /** The run's best weights (by default), or those before training. */
  readonly weights?: 'trained' | 'random';
  /** Of videos that are named: all by default, otherwise `test`. */
  readonly split?: Split;
  /** Look at the first so many clips only. */
  readonly clips?: number;
  /** Frames of each clip; as many as the run was trained to watch by default. */
  readonly steps?: number;
  /** Go on with an extraction to `out` that was interrupted. */
  readonly resume?: boolean;
}

/** What an extraction wrote. */
export interface ExtractionSummary {
  readonly out: string;
  readonly rows: number;
  readonly clips: number;
  /** Frames watched, of videos that were followed. */
  readonly frames?: number;
  /** Times of each clip that have rows. */
  readonly times: readonly number[];
  /** Shape of each layer. */
  readonly layers: Readonly<Record<string, readonly number[]>>;
  readonly step: number;
  readonly seconds: number;
}
