import type { RowColumn } from '../../common/files/rowColumns.js';
import type { LatentBatch } from '../extractRows.js';
import type { MarkedFrame } from './marks.js';
import { columnKinds, type VideoColumns, type VideoStretch } from './videoStretch.js';

/** A frame that has a row. */
export interface FollowedFrame {
  readonly frame: MarkedFrame['frame'];
  /** Number of the clip, or else the video, that it belongs to, from 0. */
  readonly clip: number;
  /** Squared error of what was expected of it; NaN where nothing was, at the start of a memory. */
  readonly error: number;
  /** Mean of the errors since the row before. */
  readonly meanError: number;
}

/** Columns of the errors; in both NaN stands for no number. */
export const ERROR = 'prediction_error' satisfies RowColumn;
export const MEAN_ERROR = 'mean_prediction_error' satisfies RowColumn;

/** How rows of videos that are followed say which they are. */
export class FollowColumns {
  readonly #kinds: ReturnType<typeof columnKinds>;
  readonly optional: readonly string[];

  /** @param errors which of them there are */
  constructor(
    videos: readonly VideoStretch[],
    readonly errors: 'none' | 'of the frame' | 'of the frame and before',
  ) {
    this.#kinds = columnKinds(videos);
    const own = [...this.#kinds].filter(([, kind]) => kind === 'optional').map(([name]) => name);
    const ofErrors = errors === 'none' ? [] : errors === 'of the frame' ? [ERROR] : [ERROR, MEAN_ERROR];
    this.optional = [...ofErrors, ...own];
  }

  /** The columns of some rows of one video. */
  of(rows: readonly FollowedFrame[], known: VideoColumns = {}): LatentBatch['columns'] {
    const own = [...this.#kinds].map(([name, kind]) => [
      name,
      this.#repeated(known[name], kind, rows.length),
    ]);
    const columns: Partial<Record<RowColumn, LatentBatch['columns'][string]>> = {
      file: rows.map(({ frame }) => frame.source),
      clip: Int32Array.from(rows, ({ clip }) => clip),
      frame: Int32Array.from(rows, ({ frame }) => frame.index),
      seconds: Float64Array.from(rows, ({ frame }) => frame.time),
      ...(this.errors !== 'none' && { [ERROR]: Float64Array.from(rows, ({ error }) => error) }),
      ...(this.errors === 'of the frame and before' && {
        [MEAN_ERROR]: Float64Array.from(rows, ({ meanError }) => meanError),
      }),
    };
    return { ...columns, ...Object.fromEntries(own) };
  }

  #repeated(value: string | number | undefined, kind: 'text' | 'whole' | 'optional', rows: number) {
    if (kind === 'text') return new Array<string>(rows).fill(String(value ?? ''));
    if (kind === 'whole') return new Int32Array(rows).fill(Number(value));
    return new Float64Array(rows).fill(value === undefined ? Number.NaN : Number(value));
  }
}
