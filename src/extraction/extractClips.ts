import { InterruptedError } from '../common/errors.js';
import { withoutPasswords } from '../common/text/withoutPasswords.js';
import type { DataConfig } from '../config/config.js';
import { frameOptions } from '../data/videoSource.js';
import type { FrameSource, Split } from '../stream/frameSource.js';
import { type Clip, clips, Demand, fromPull, pull } from '../stream/index.js';
import type { SourceColumns } from '../stream/sourceColumns.js';
import { findSources, probeVideo, readFrames, type SkipReport } from '../video/index.js';

/** A clip to watch, with its latent variables and labels. */
export interface KnownClip {
  /** Frames one after the other, `[time, height, width, channels]`, uint8. */
  readonly data: Uint8Array;
  /** File or dataset clip it comes from. */
  readonly file: string;
  /** Its number, from 0: of a dataset's clip the one in its split, of videos in the order they are read. */
  readonly clip: number;
  /** Presentation time of each frame in its file, in seconds. */
  readonly seconds: readonly number[];
  /** What generated each frame: latent variables by name, one row of values per frame. */
  readonly latents?: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** What holds for the whole clip. */
  readonly labels?: Readonly<Record<string, number>>;
  /** What is known of the source it comes from, as it goes into each row. */
  readonly columns?: SourceColumns;
}

export interface OpenClipsOptions {
  /** Frames of each. */
  readonly length: number;
  /** Number of clips to skip at the start. */
  readonly skip: number;
  readonly signal?: AbortSignal;
}

/** Clips to extract latents from, in the same order every time. */
export interface ClipSource {
  /** One line for people. */
  readonly description: string;
  /** Goes into every row: a split's name, or `all`. */
  readonly split: string;
  /** Clips of `length` frames there are about, for showing progress; unknown for a live input. */
  count(length: number): Promise<number | undefined>;
  open(options: OpenClipsOptions): AsyncIterable<KnownClip>;
}

/** One split of a source, cut into clips that do not overlap. @param frames about how many the split holds */
export function clipsOfSplit(
  source: FrameSource,
  split: Split | 'all',
  frames: () => Promise<number | undefined>,
): ClipSource {
  return {
    description: source.description,
    split,
    count: async (length) => {
      const found = await frames();
      return found === undefined ? undefined : Math.max(1, Math.floor(found / length));
    },
    open: async function* ({ length, skip, signal }) {
      const demand = new Demand();
      const cut = fromPull((stop) => source.open(split === 'all' ? 'test' : split, stop), demand).pipe(
        clips({ length }),
      );
      let clip = 0;
      for await (const each of pull(cut, demand, { prefetch: 2 })) {
        if (signal?.aborted) throw new InterruptedError(`reading ${source.description} was interrupted`);
        if (clip >= skip) yield { ...known(each, clip), columns: source.columnsOf?.(each.source) };
        clip++;
      }
    },
  };
}

function known({ data, source, times }: Clip, clip: number): KnownClip {
  return { data, file: source, clip, seconds: times };
}

/** Videos from their first to their last frame, whatever parts of them were trained on. */
export async function wholeVideos(
  inputs: readonly string[],
  data: DataConfig,
  onSkip?: (report: SkipReport) => void,
): Promise<ClipSource> {
  const sources = await findSources(inputs);
  const whole: FrameSource = {
    description: withoutPasswords(inputs.join(', ')),
    open: async function* (_, signal) {
      for (const source of sources) yield* readFrames(source, { ...frameOptions(data), onSkip, signal });
    },
  };
  return clipsOfSplit(whole, 'all', () => countFrames(inputs, data));
}

/** About how many frames some videos hold at the pipeline's rate; unknown where one has no end. */
export async function countFrames(inputs: readonly string[], data: DataConfig): Promise<number | undefined> {
  let sum = 0;
  for (const source of await findSources(inputs)) {
    if (source.kind === 'input') return undefined;
    const { duration, frameCount } = await probeVideo(source, { rate: data.rate });
    sum += data.rate === undefined ? frameCount : duration * data.rate;
  }
  return sum;
}

/** The first `limit` clips of a source. */
export function firstClips(source: ClipSource, limit: number): ClipSource {
  return {
    ...source,
    count: async (length) => Math.min(limit, (await source.count(length)) ?? limit),
    open: async function* (options) {
      let left = limit - options.skip;
      if (left <= 0) return;
      for await (const clip of source.open(options)) {
        yield clip;
        if (--left === 0) return;
      }
    },
  };
}
