import { UsageError } from '../../common/errors.js';
import type { EveryText } from '../../extraction/streams/every.js';
import { type ExtractionOptions, type ExtractionSummary, extract } from '../../library/extract.js';
import { drawnWork } from '../terminal/drawnWork.js';
import { withInterrupt } from '../terminal/terminal.js';

export interface ExtractCommandOptions
  extends Pick<
    ExtractionOptions,
    'out' | 'pool' | 'weights' | 'split' | 'clips' | 'steps' | 'resume' | 'from' | 'to'
  > {
  /** `a,b` */
  readonly layers?: string;
  /** `last`, `all` or `1,3,5` */
  readonly times?: string;
  /** `frame`, `1s`, `clip` or `video` */
  readonly every?: string;
  readonly json?: boolean;
}

/** `foreframe extract RUN [DATA…] --out FILE.parquet` */
export async function extractCommand(
  run: string,
  data: string | readonly string[] | undefined,
  { layers: names, times: text, every, json, ...options }: ExtractCommandOptions,
): Promise<void> {
  const layers = names?.split(',').map((name) => name.trim());
  const times = text === undefined ? undefined : parseTimes(text);
  // Read where it is used.
  const how = { layers, times, every: every as EveryText | undefined };
  const summary = await withInterrupt((signal) =>
    drawnWork((watching) => extract(run, { ...options, ...how, data, signal, ...watching })),
  );
  console.log(json ? JSON.stringify(summary) : summaryText(summary));
}

function summaryText({ out, rows, clips, frames, times, layers, step, seconds }: ExtractionSummary): string {
  const shapes = Object.entries(layers).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  const at = times.length === 1 ? `time ${times[0]}` : `${times.length} times`;
  const watched = frames === undefined ? `${clips} clips, ${at}` : `${frames} frames`;
  return (
    `${rows} rows (${watched}) of ${shapes.join(', ')}; weights of step ${step}; ${seconds.toFixed(1)} s\n` +
    `wrote ${out}`
  );
}

function parseTimes(text: string): 'last' | 'all' | readonly number[] {
  if (text === 'last' || text === 'all') return text;
  const times = text.split(',').map(Number);
  if (times.every((time) => Number.isInteger(time) && time > 0)) return times;
  throw new UsageError(`--times ${text}: give last, all, or times from 1 on such as 1,3,5`);
}
