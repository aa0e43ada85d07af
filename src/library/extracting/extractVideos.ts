import { ForeframeError } from '../../common/errors.js';
import { sizeOf } from '../../extraction/encoder.js';
import { type LatentBatch, rowsFrom } from '../../extraction/extractRows.js';
import type { Watching } from '../watching.js';
import type { ExtractionOptions, ExtractionSummary } from './extractionOptions.js';
import { type Followed, openFollowed, type WatchedVideo } from './followed.js';
import { writeLatents } from './writeLatents.js';

/** Milliseconds between two notes on how far it is, where nobody knows how much is to come. */
const NOTE_MS = 10_000;

/**
 * Bytes of a row group: of so many rows, within limits. Large ones are more memory, and more work lost to whoever is interrupted; the
 * list of all grows with their number.
 */
const GROUP_ROWS = 256;
const GROUP_BYTES = { least: 2 ** 20, most: 4 * 2 ** 20 };

/** Options of an extraction that follows whole videos. */
export type VideosOptions = Omit<ExtractionOptions, 'data'> & {
  readonly videos?: readonly (string | WatchedVideo)[];
  readonly every: NonNullable<ExtractionOptions['every']>;
};

/** Whole videos, with memory carried on from frame to frame, to a latents file. */
export async function extractVideos(path: string, options: VideosOptions): Promise<ExtractionSummary> {
  const { out, resume = false, signal, onNote, ...rest } = options;
  let frames = 0;
  const followed = await openFollowed(path, { ...rest, signal, onNote, onFrame: () => frames++ });
  const started = performance.now();
  try {
    const { info, live } = followed;
    const report = progressOf(followed, options);
    let clips = 0;
    const rows = await writeLatents(info, {
      ...{ out, resume, onNote, rowGroupBytes: groupBytes(info) },
      batches: async function* (from) {
        for await (const batch of after(followed.batches(), from)) {
          clips = Number((batch.columns.clip as Int32Array).at(-1)) + 1;
          yield batch;
        }
      },
      onRows: (count) => report(frames, count),
      none: () => noRows(followed),
    });
    if (live && signal?.aborted) onNote?.('stopped: the rows so far are in the file');
    const { times, layers, step } = info;
    const seconds = (performance.now() - started) / 1000;
    return { out, rows, clips, frames, times, layers, step, seconds };
  } finally {
    await followed.dispose();
  }
}

function groupBytes({ layers }: Followed['info']): number {
  const row = Object.values(layers).reduce((sum, shape) => sum + 4 * sizeOf(shape), 0);
  return Math.min(GROUP_BYTES.most, Math.max(GROUP_BYTES.least, GROUP_ROWS * row));
}

/** Rows from number `from` on: those before have to be watched again, as the memory goes through them. */
async function* after(batches: AsyncIterable<LatentBatch>, from: number): AsyncGenerator<LatentBatch> {
  let left = from;
  for await (const batch of batches) {
    const passed = Math.min(left, batch.rows);
    left -= passed;
    if (passed < batch.rows) yield passed === 0 ? batch : rowsFrom(batch, passed);
  }
}

function progressOf(
  { frames: total }: Followed,
  { onProgress, onNote }: Pick<Watching, 'onProgress' | 'onNote'>,
): (frames: number, rows: number) => void {
  let next = performance.now() + NOTE_MS;
  return (done, rows) => {
    const text = `${done} frames, ${rows} rows`;
    if (total !== undefined) onProgress?.({ task: 'extracting', done, total: Math.max(total, done), text });
    else if (performance.now() > next) {
      next = performance.now() + NOTE_MS;
      onNote?.(`extracting | ${text}, the length of the video is not known`);
    }
  };
}

function noRows({ info: { every, data, clipLength } }: Followed): ForeframeError {
  return new ForeframeError(
    every === 'clip'
      ? `${data}: there is no clip of ${clipLength} frames to watch; use a longer video or fewer --steps`
      : `${data}: there is no frame to watch`,
  );
}
