import { stringify } from 'yaml';
import { InterruptedError } from '../../common/errors.js';
import { frameShapeOf } from '../../data/frameShape.js';
import { frameOptions } from '../../data/videoSource.js';
import { createNetwork } from '../../models/index.js';
import type { RunFolder } from '../../runs/runFolder.js';
import { withoutSavedPasswords } from '../../runs/savedPaths.js';
import { type Frame, reopenedFrames, type SkipReport } from '../../video/index.js';
import { openFollowEngine, PIXELS } from '../encodeEngine.js';
import { BATCH_BYTES, sizeOf } from '../encoder.js';
import { type ExtractionInfo, type ExtractOptions, shapesOf, weightsOf } from '../extractLatents.js';
import type { LatentBatch } from '../extractRows.js';
import type { WatchedConfig } from '../watchedRun.js';
import type { Every } from './every.js';
import { Follower } from './follower.js';
import { FollowColumns } from './followRows.js';
import { marked } from './marks.js';
import { checkStretch, type VideoStretch } from './videoStretch.js';

export interface FollowOptions
  extends Pick<ExtractOptions, 'layers' | 'pool' | 'weights' | 'steps' | 'signal'> {
  readonly run: RunFolder;
  /** Of the run, as its frames are watched. */
  readonly config: WatchedConfig;
  readonly videos: readonly VideoStretch[];
  readonly every: Every;
  /** One line for people: which videos they are. */
  readonly description: string;
  readonly onSkip?: (report: SkipReport) => void;
  /** Hears a line that says what is waited for: a pipe with nothing to give, a camera that was lost. */
  readonly onWait?: (message: string) => void;
  /** Hears of each frame that is decoded. */
  readonly onFrame?: () => void;
}

/** A model that is ready to follow videos. */
export interface Following {
  readonly info: ExtractionInfo & { readonly every: string };
  /** Rows of all videos in turn, in memory that grows neither with their length nor with their number. */
  batches(): AsyncGenerator<LatentBatch, void, undefined>;
  dispose(): Promise<void>;
}

/**
 * Frames that are watched at once: always as many for a model and layers, so that a frame has the same latents to the last bit in any
 * video that was watched from the same frame on. Much of the gain of more is there with few, and few waste little at an end.
 */
const AT_ONCE = 8;

/**
 * Follow whole videos, each from an empty memory that is carried on from frame to frame.
 * @throws UsageError for a layer that the model does not have, or times that are none; ForeframeError when there is no run or weights
 */
export async function openFollowing(options: FollowOptions): Promise<Following> {
  const { run, config, videos, every, pool = 'none', weights = 'trained' } = options;
  for (const video of videos) checkStretch(video);
  const shapes = await shapesOf(config, options, pool);
  const layers = Object.keys(shapes).filter((name) => name !== PIXELS);
  const expects = expectsFrames(config);
  const frames = atOnce(shapes);
  const engine =
    layers.length > 0 || expects
      ? await openFollowEngine(config, { layers, pool, frames, expects })
      : undefined;
  try {
    const { step, state } = await weightsOf(run, config, weights);
    await engine?.restore(state);
    const errors = !expects ? 'none' : every.kind === 'frame' ? 'of the frame' : 'of the frame and before';
    const { height, width, channels } = frameShapeOf(config.data);
    const follower = new Follower(engine, new FollowColumns(videos, errors), {
      frames,
      frameBytes: height * width * channels,
      shapes,
    });
    const clipLength = options.steps ?? config.data.steps;
    return {
      info: {
        run: run.path,
        model: config.model.name,
        config: stringify(withoutSavedPasswords(config)),
        seed: config.seed,
        step,
        weights,
        data: options.description,
        split: 'all',
        clipLength: every.kind === 'clip' ? clipLength : 0,
        times: [],
        every: every.kind === 'seconds' ? `${every.seconds}s` : every.kind,
        pool,
        layers: shapes,
      },
      batches: () => followed(follower, options, clipLength),
      dispose: async () => engine?.dispose(),
    };
  } catch (error) {
    await engine?.dispose();
    throw error;
  }
}

async function* followed(
  follower: Follower,
  { config, videos, every, signal, ...hearing }: FollowOptions,
  clip: number,
): AsyncGenerator<LatentBatch, void, undefined> {
  let clips = 0;
  const clipOf = () => clips++;
  for (const { source, from, to, columns } of videos) {
    const live = source.kind === 'input';
    if (signal?.aborted && live) return;
    const stretch = { start: from, duration: to === undefined ? undefined : to - (from ?? 0) };
    const read = reopenedFrames(source, { ...frameOptions(config.data), ...hearing, ...stretch, signal });
    const frames = counted(live ? untilStopped(read, signal) : read, hearing.onFrame);
    yield* follower.follow(marked(frames, { every, from, clip }), { known: columns, clipOf });
  }
}

/** A camera ends when it is asked to: what it showed until then counts. */
async function* untilStopped(frames: AsyncIterable<Frame>, signal?: AbortSignal): AsyncGenerator<Frame> {
  try {
    yield* frames;
  } catch (error) {
    if (!(error instanceof InterruptedError && signal?.aborted)) throw error;
  }
}

async function* counted(frames: AsyncIterable<Frame>, onFrame?: () => void): AsyncGenerator<Frame> {
  for await (const frame of frames) {
    onFrame?.();
    yield frame;
  }
}

/** Encoders, and networks that learned to answer, expect nothing. */
function expectsFrames({ model, data, samples }: WatchedConfig): boolean {
  return samples === undefined && createNetwork(model, frameShapeOf(data)).predictor !== undefined;
}

/** Two at least: one would have no frame before it within what is watched. */
function atOnce(shapes: Readonly<Record<string, readonly number[]>>): number {
  const perFrame = Object.values(shapes).reduce((sum, shape) => sum + 4 * sizeOf(shape), 0);
  return Math.max(2, Math.min(AT_ONCE, Math.floor(BATCH_BYTES / perFrame)));
}
