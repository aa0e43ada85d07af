import { UsageError } from '../common/errors.js';
import { type Config, isOfClips } from '../config/anyConfig.js';
import type { PipelineConfig } from '../config/config.js';
import { checkAnyConfig } from '../config/loadConfig.js';
import type { SampleConfig } from '../config/sampleConfig.js';
import type { SampleEvaluation } from '../evaluation/sampleEvaluation.js';
import type { Position } from '../runs/checkpoint.js';
import type { RunFolder } from '../runs/runFolder.js';
import type { Split } from '../stream/frameSource.js';
import { loadPipeline, withNamedData } from './sources/loadPipeline.js';
import { pipelinePath } from './sources/pipelinePath.js';
import { configToResume, freeFolder } from './training/sameConfig.js';
import { trainClipRun } from './training/trainClipRun.js';
import type { TrainVerbOptions } from './training/trainOptions.js';
import { trainSampleRun } from './training/trainSampleRun.js';

/** A training on the clips of videos that is over. */
export interface TrainedOnClips {
  readonly kind: 'clips';
  readonly run: RunFolder;
  readonly config: PipelineConfig;
  readonly position: Position;
  /** Frames that were read of each split, over all passes. */
  readonly framesRead: Readonly<Record<Split, number>>;
  /** The data came through a pipe, and are gone. */
  readonly once: boolean;
  /** There was nothing left to do, and nothing was changed. */
  readonly finished: boolean;
}

/** A training on images, or on a set of short clips, that is over; it was tested, too. */
export interface TrainedOnImages {
  readonly kind: 'images';
  readonly run: RunFolder;
  readonly config: SampleConfig;
  readonly evaluation: SampleEvaluation;
  /** There was nothing left to do, and nothing was changed. */
  readonly finished: boolean;
}

export type Trained = TrainedOnClips | TrainedOnImages;

/**
 * Train a pipeline into a run folder. Its method says whether it learns from clips or from images.
 * @throws UsageError for a pipeline or setting that is wrong; ForeframeError when the folder holds another run, or the data cannot be
 * had or do not suffice; InterruptedError when `signal` was aborted, after saving: `resume` goes on
 */
export function train(
  options: TrainVerbOptions & { readonly config: PipelineConfig },
): Promise<TrainedOnClips>;
export function train(
  options: TrainVerbOptions & { readonly config: SampleConfig },
): Promise<TrainedOnImages>;
export function train(options: TrainVerbOptions): Promise<Trained>;
export async function train(options: TrainVerbOptions): Promise<Trained> {
  const chosen = await trainChoice(options);
  const { folder } = chosen;
  if (chosen.kind === 'clips') {
    const { config } = chosen;
    const { run, position, engine, source, finished } = await trainClipRun(config, folder, options);
    await engine.dispose();
    const { framesRead, once = false } = source;
    return { kind: 'clips', run, config, position, framesRead, once, finished };
  }
  return { kind: 'images', ...(await trainSampleRun(chosen.config, folder, options)) };
}

/** A pipeline with all that is put over it, and the run folder that it is trained into. */
export type TrainChoice =
  | { readonly kind: 'clips'; readonly config: PipelineConfig; readonly folder: string }
  | { readonly kind: 'images'; readonly config: SampleConfig; readonly folder: string };

/** What `train` would train, and where. @throws what it throws of settings and of a run to be resumed */
export async function trainChoice(options: TrainVerbOptions): Promise<TrainChoice> {
  const { pipeline, config: given, set = [], folder, resume } = options;
  if (given !== undefined && (pipeline !== undefined || set.length > 0))
    throw new UsageError('train: give a pipeline with set, or config alone');
  const load = (path: string) => loadPipeline(path, set, options);
  const asked =
    given !== undefined
      ? checkAnyConfig(withNamedData({ ...given }, options, 'config'), 'config')
      : pipeline !== undefined
        ? await load(pipelinePath(pipeline))
        : undefined;
  if (resume && (asked ?? folder) !== undefined) return choiceOf(await configToResume(asked, folder, load));
  if (asked) return choiceOf({ config: asked, folder: folder ?? freeFolder(asked.name) });
  throw new UsageError('no pipeline was named: try `foreframe train pipelines/video.yaml my.mp4`');
}

function choiceOf({ config, folder }: { config: Config; folder: string }): TrainChoice {
  return isOfClips(config) ? { kind: 'clips', config, folder } : { kind: 'images', config, folder };
}
