import { LatentsWriter } from '../analysis/latents/latentsWriter.js';
import { ForeframeError, UsageError } from '../common/errors.js';
import type { ClipSource } from '../extraction/extractClips.js';
import { type Extraction, openExtraction } from '../extraction/extractLatents.js';
import type { ExtractionOptions, ExtractionSummary } from './extracting/extractionOptions.js';
import { extractVideos } from './extracting/extractVideos.js';
import { openWatched } from './extracting/openWatched.js';
import { writeLatents } from './extracting/writeLatents.js';
import { extractData } from './sources/extractData.js';
import { checkNoPipe } from './sources/runSource.js';

export type { ExtractionOptions, ExtractionSummary } from './extracting/extractionOptions.js';

/**
 * Write what a saved run holds of every clip or image, by layer and time, or of whole videos (`every`), as a Parquet file. Memory does
 * not grow with its length. A live input that is followed ends when `signal` is aborted, with a whole file.
 * @param path run folder
 * @throws UsageError for a layer, time or name that does not fit; ForeframeError when there is no run, clip or weights, or `out` is
 * there already; InterruptedError when `signal` was aborted: full row groups are kept, and `resume` goes on with them
 */
export async function extract(path: string, options: ExtractionOptions): Promise<ExtractionSummary> {
  const { data, out, every, resume = false } = options;
  if (!out.endsWith('.parquet')) throw new UsageError(`--out ${out}: end the name in .parquet`);
  LatentsWriter.checkFree(out, { resume });
  checkTogether(options);
  const list = typeof data === 'string' ? [data] : (data ?? []);
  if (every !== undefined) return extractVideos(path, { ...options, every, videos: list });
  return extractClips(path, list as readonly string[], options);
}

/** @throws UsageError naming the first option that does not go with how videos are watched */
function checkTogether({ every, times, split, clips, from, to, data }: ExtractionOptions): void {
  if (every === undefined) {
    const odd = Object.entries({ from, to }).find(([, value]) => value !== undefined);
    if (odd) throw new UsageError(`--${odd[0]} is of videos that are followed: give --every too`);
    if (Array.isArray(data) && data.some((each) => typeof each !== 'string'))
      throw new UsageError('parts of videos are followed: give every too');
    return;
  }
  const odd = Object.entries({ times, split, clips }).find(([, value]) => value !== undefined);
  if (odd) throw new UsageError(`--${odd[0]} is of clips side by side: leave it or --every ${every} out`);
}

async function extractClips(
  path: string,
  data: readonly string[],
  options: ExtractionOptions,
): Promise<ExtractionSummary> {
  const { layers, times, pool, weights, split, clips, steps, signal, onProgress, onNote } = options;
  const { run, config } = await openWatched(path, { weights, onNote });
  if (data.length === 0) checkNoPipe(run, config.data.videos);
  const source = await extractData(data, config, { split, clips, signal, onProgress, onNote });
  if (clips === undefined && (await source.count(1)) === undefined)
    throw new UsageError(`${source.description} has no end: say with --clips how much of it to watch`);
  const watched = { run, config, source, layers, times, pool, weights, steps, signal };
  const extraction = await openExtraction(watched);
  try {
    return await writeClips(extraction, source, options);
  } finally {
    await extraction.dispose();
  }
}

async function writeClips(
  { info, batches }: Extraction,
  source: ClipSource,
  { out, resume = false, onProgress, onNote }: ExtractionOptions,
): Promise<ExtractionSummary> {
  const started = performance.now();
  const { times, layers, step, clipLength } = info;
  const total = ((await source.count(clipLength)) ?? 1) * times.length;
  const rows = await writeLatents(info, {
    ...{ out, resume, batches, onNote },
    onRows: (done) => onProgress?.({ task: 'extracting', done, total, text: `${done} rows` }),
    none: () => noClips(source, clipLength),
  });
  const seconds = (performance.now() - started) / 1000;
  return { out, rows, clips: rows / times.length, times, layers, step, seconds };
}

function noClips({ description }: ClipSource, length: number): ForeframeError {
  return new ForeframeError(
    `${description}: there is no clip of ${length} frames to watch; use a longer video, another --split or fewer --steps`,
  );
}
