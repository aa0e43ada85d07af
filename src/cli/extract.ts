import { LatentsWriter } from '../analysis/latentsWriter.js';
import { ForeframeError, InterruptedError, UsageError } from '../common/errors.js';
import type { Split } from '../stream/frameSource.js';
import type { Pool } from '../training/encodeProgram.js';
import type { ClipSource } from '../training/extractClips.js';
import { type Extraction, openExtraction } from '../training/extractLatents.js';
import { RunFolder } from '../training/runFolder.js';
import { extractData } from './extractData.js';
import { startProgress, withInterrupt } from './terminal.js';

export interface ExtractCommandOptions {
  readonly out: string;
  /** `a,b` */
  readonly layers?: string;
  /** `last`, `all` or `1,3,5` */
  readonly times: string;
  readonly pool: Pool;
  readonly weights: 'trained' | 'random';
  readonly split?: Split;
  readonly clips?: number;
  readonly steps?: number;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** What an extraction wrote. */
export interface ExtractionSummary {
  readonly out: string;
  readonly rows: number;
  readonly clips: number;
  /** Times of each clip that have rows. */
  readonly times: readonly number[];
  /** Shape of each layer. */
  readonly layers: Readonly<Record<string, readonly number[]>>;
  readonly step: number;
  readonly seconds: number;
}

/** `foreframe extract RUN [DATA] --out FILE.parquet` */
export async function extractCommand(
  run: string,
  data: string | undefined,
  options: ExtractCommandOptions,
): Promise<void> {
  const { out, resume, pool, weights, steps } = options;
  if (!out.endsWith('.parquet')) throw new UsageError(`--out ${out}: end the name in .parquet`);
  const layers = options.layers?.split(',').map((name) => name.trim());
  const times = parseTimes(options.times);
  LatentsWriter.checkFree(out, { resume });
  const summary = await withInterrupt(async (signal) => {
    const config = await (await RunFolder.open(run)).readConfig();
    const source = await extractData(data, config, { ...options, signal });
    if (options.clips === undefined && (await source.count(1)) === undefined)
      throw new UsageError(`${source.description} has no end: say with --clips how much of it to watch`);
    const extraction = await openExtraction({ run, source, layers, times, pool, weights, steps, signal });
    try {
      return await writeFile(extraction, source, out, resume ?? false);
    } finally {
      await extraction.dispose();
    }
  });
  console.log(options.json ? JSON.stringify(summary) : summaryText(summary));
}

async function writeFile(
  extraction: Extraction,
  source: ClipSource,
  out: string,
  resume: boolean,
): Promise<ExtractionSummary> {
  const { info } = extraction;
  const started = performance.now();
  const writer = await LatentsWriter.open(out, info, { resume });
  const clips = (await source.count(info.clipLength)) ?? 1;
  const progress = startProgress('extracting', clips * info.times.length);
  let rows = writer.savedRows;
  if (rows > 0) progress.line(`going on after row ${rows} of ${out}`);
  try {
    for await (const batch of extraction.batches(rows)) {
      await writer.write(batch);
      rows += batch.rows;
      progress.update(rows, `${rows} rows`);
    }
    if (rows === 0) throw noClips(source, info.clipLength);
    await writer.finish();
  } catch (error) {
    // Nothing to go on with: the same command works again.
    if (writer.savedRows === 0 && !resume) await writer.discard();
    if (error instanceof InterruptedError) throw interrupted(out, writer.savedRows);
    throw error;
  } finally {
    progress.stop();
    await writer.close();
  }
  const { times, layers, step } = info;
  const seconds = (performance.now() - started) / 1000;
  return { out, rows, clips: rows / times.length, times, layers, step, seconds };
}

function noClips({ description }: ClipSource, length: number): ForeframeError {
  return new ForeframeError(
    `${description}: there is no clip of ${length} frames to watch; use a longer video, another --split or fewer --steps`,
  );
}

function interrupted(out: string, saved: number): InterruptedError {
  return new InterruptedError(
    saved > 0
      ? `stopped; ${saved} rows are kept in ${out}.partial. Go on with: the same command and --resume`
      : 'stopped before the first row group was full: nothing was kept',
  );
}

function summaryText({ out, rows, clips, times, layers, step, seconds }: ExtractionSummary): string {
  const shapes = Object.entries(layers).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  const at = times.length === 1 ? `time ${times[0]}` : `${times.length} times`;
  return (
    `${rows} rows (${clips} clips, ${at}) of ${shapes.join(', ')}; weights of step ${step}; ${seconds.toFixed(1)} s\n` +
    `wrote ${out}`
  );
}

function parseTimes(text: string): 'last' | 'all' | readonly number[] {
  if (text === 'last' || text === 'all') return text;
  const times = text.split(',').map(Number);
  if (times.every((time) => Number.isInteger(time) && time > 0)) return times;
  throw new UsageError(`--times ${text}: give last, all, or times from 1 on such as 1,3,5`);
}
