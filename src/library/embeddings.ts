import type { Observable } from 'rxjs';
import { required } from '../common/required.js';
import type { LatentBatch } from '../extraction/extractRows.js';
import type { EveryText } from '../extraction/streams/every.js';
import { ERROR, MEAN_ERROR } from '../extraction/streams/followRows.js';
import { Demand, fromPull } from '../stream/index.js';
import { type FollowedOptions, openFollowed, type WatchedVideo } from './extracting/followed.js';

export type { EveryText, WatchedVideo };

/** What a model holds of a video at one of its frames. */
export interface Embedding {
  /** The file or address. */
  readonly source: string;
  /** Number of the video, from 0; with `every: 'clip'` that of the clip, over all videos. */
  readonly clip: number;
  /** Number of the frame among those watched of the video, from 0. */
  readonly frame: number;
  /** Seconds from the beginning of the video. */
  readonly time: number;
  /**
   * Squared error of what was expected of this frame: mean over its values, in [0, 1]. Missing for the first frame after an empty
   * memory, and for networks that expect nothing.
   */
  readonly predictionError?: number;
  /** Mean of the errors since the row before; missing where each frame has a row, and where there is none. */
  readonly meanPredictionError?: number;
  /** What was known of the video. */
  readonly columns: Readonly<Record<string, string | number>>;
  /** Activations by layer; a map is flattened in the order `[height, width, channels]`. */
  readonly layers: Readonly<Record<string, Float32Array>>;
}

export interface EmbeddingsOptions extends Omit<FollowedOptions, 'every' | 'onFrame'> {
  /** `frame` by default. */
  readonly every?: EveryText;
  /** Shared with whatever queues downstream: while it is held, the video waits. */
  readonly demand?: Demand;
}

/**
 * What a saved run holds of whole videos, row by row, with memory carried on from frame to frame: see `every` of `extract`. Cold: each
 * subscription loads the weights and watches the videos from their beginning; unsubscribing ends it, and its ffmpeg. Some frames are
 * watched ahead of what is asked for, however long the video is.
 * @param path run folder
 * @throws as an error of the Observable: UsageError for a layer, time or name that does not fit; ForeframeError when there is no run,
 * video or weights
 */
export function embeddings(path: string, options: EmbeddingsOptions = {}): Observable<Embedding> {
  const { every = 'frame', demand = new Demand(), signal, ...rest } = options;
  return fromPull(async function* (left) {
    const stop = signal ? AbortSignal.any([signal, left]) : left;
    const followed = await openFollowed(path, { ...rest, every, signal: stop });
    try {
      for await (const batch of followed.batches()) yield* rowsOf(batch);
    } finally {
      await followed.dispose();
    }
  }, demand);
}

/** Columns that every row has, by the names that they have in a batch. */
const OWN = new Set(['file', 'clip', 'frame', 'seconds', ERROR, MEAN_ERROR]);

function* rowsOf({ rows, columns, layers }: LatentBatch): Generator<Embedding> {
  const known = Object.keys(columns).filter((name) => !OWN.has(name));
  const matrices = Object.entries(layers);
  for (let row = 0; row < rows; row++) {
    const number = (name: string) => Number(columns[name]![row]);
    const error = (name: string) => (columns[name] && !Number.isNaN(number(name)) ? number(name) : undefined);
    const [predictionError, meanPredictionError] = [error(ERROR), error(MEAN_ERROR)];
    yield {
      source: String(required(columns, 'file')[row]),
      clip: number('clip'),
      frame: number('frame'),
      time: number('seconds'),
      ...(predictionError !== undefined && { predictionError }),
      ...(meanPredictionError !== undefined && { meanPredictionError }),
      columns: Object.fromEntries(known.map((name) => [name, columns[name]![row]!])),
      layers: Object.fromEntries(
        matrices.map(([name, { columns: width, data }]) => [
          name,
          data.slice(row * width, (row + 1) * width),
        ]),
      ),
    };
  }
}
