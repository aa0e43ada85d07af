import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ForeframeError, messageOf, UsageError } from '../../common/errors.js';
import { FileLock } from '../../common/locks/fileLock.js';
import { isOfClips } from '../../config/anyConfig.js';
import type { PipelineConfig } from '../../config/config.js';
import { frameShapeOf } from '../../data/frameShape.js';
import { loadPipeline } from '../../library/sources/loadPipeline.js';
import { pipelinePath } from '../../library/sources/pipelinePath.js';
import { onlineRates } from '../../library/surprising/watchingModel.js';
import { rolloutFrames } from '../../methods/nextFrame.js';
import type { Position } from '../../runs/checkpoint.js';
import { RunFolder } from '../../runs/runFolder.js';
import { RUN_LOCK } from '../../runs/runManifest.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import { probeOnce } from '../../video/probing/probeOnce.js';
import { oneSource, type VideoSource } from '../../video/sources/sources.js';
import type { LiveSession, LiveSettings } from '../watching/messages.js';
import { checkLiveState } from './sessionState.js';

/** Frames a second where neither pipeline nor run says how many. */
export const RATE = 10;

export interface SessionOptions {
  /** A run folder to go on with, or a pipeline to begin with, by path or name; the pipeline `live` by default. */
  readonly from?: string;
  /** A video in place of the browser's camera: a file that the browser plays; with the engine of Node, whatever ffmpeg reads. */
  readonly video?: string;
  /** What computes: the browser (the default), or native TensorFlow in this process. */
  readonly engine?: LiveSession['engine'];
  /** Settings over those of the pipeline. */
  readonly set?: readonly string[];
}

/** What the page begins with, and what is needed to save what it learns. */
export interface OpenSession {
  readonly page: LiveSession;
  readonly config: PipelineConfig;
  readonly position: Position;
  /** Weights and the optimizer's state to begin with. */
  readonly state?: Named<HostArray>;
  /** Path of the video file that the browser plays. */
  readonly video?: string;
  /** What this process watches itself. */
  readonly source?: VideoSource;
}

/**
 * Find the run or the pipeline that the page is to watch with.
 * @throws UsageError for one that does not learn by expecting the next frame, or a video that the engine cannot watch; ForeframeError
 * when a run is damaged or has no weights
 */
export async function openSession(options: SessionOptions): Promise<OpenSession> {
  const { from, video, set, engine } = withVideo(options);
  const watched = await watchedVideo(video, engine);
  const begun = existsSync(join(from, 'config.yaml')) ? await ofRun(from, set) : await ofPipeline(from, set);
  const { config, state } = begun;
  const settings = settingsOf(config, from);
  if (state) checkFits(from, settings, state);
  const page: LiveSession = {
    name: state ? from : config.name,
    settings,
    rate: config.data.rate ?? RATE,
    fit: config.data.fit,
    trained: state !== undefined,
    engine,
    home: 'server',
    ...(watched.video !== undefined && { video: basename(watched.video) }),
    ...(watched.source && { source: nameOf(watched.source) }),
  };
  return { page, ...begun, ...watched };
}

/** A video that is named alone is watched by the usual pipeline. */
function withVideo({ from = 'live', video, set = [], engine = 'browser' }: SessionOptions) {
  const alone = video === undefined && (isInput(from) || (isFile(from) && !/\.(ya?ml|json)$/i.test(from)));
  return alone ? { from: 'live', video: from, set, engine } : { from, video, set, engine };
}

/** An address such as `rtsp://…`, or a device such as `v4l2:/dev/video0`, and no file of that name. */
function isInput(name: string): boolean {
  return /^[a-z][a-z0-9+._-]+:./i.test(name) && !existsSync(name);
}

function nameOf({ kind, name }: VideoSource): string {
  return kind === 'file' ? basename(name) : name;
}

/** Who watches the video, and where it is. */
async function watchedVideo(
  video: string | undefined,
  engine: LiveSession['engine'],
): Promise<Pick<OpenSession, 'video' | 'source'>> {
  if (video === undefined) return {};
  if (engine === 'node') {
    const source = await oneSource(video);
    // A file that nobody can watch is better refused here than in the page.
    if (source.kind === 'file') await probeOnce(source, {});
    return { source };
  }
  if (isFile(video)) {
    if (statSync(video).size === 0) throw new ForeframeError(`${video} is empty: copy or download it again`);
    return { video };
  }
  throw new UsageError(
    `${video} is no file, and a browser plays files and its own camera: with --engine node foreframe reads it itself`,
  );
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function checkFits(folder: string, settings: LiveSettings, state: Named<HostArray>): void {
  try {
    checkLiveState(settings, state);
  } catch (error) {
    throw new ForeframeError(`${folder} does not fit its config.yaml: ${messageOf(error)}`, { cause: error });
  }
}

type Begun = Pick<OpenSession, 'config' | 'position' | 'state'>;

async function ofRun(folder: string, set: readonly string[]): Promise<Begun> {
  if (set.length > 0)
    throw new UsageError(`--set ${set[0]}: ${folder} is a run, which keeps its settings: leave --set out`);
  const run = await RunFolder.open(folder);
  const config = await run.readConfig();
  const { position, state } = await run.bestCheckpoint();
  return { config, position, state };
}

async function ofPipeline(named: string, set: readonly string[]): Promise<Begun> {
  const config = await loadPipeline(await pathOf(named), set);
  if (!isOfClips(config))
    throw new UsageError(`${named} learns from images and expects no frames: name a pipeline for video`);
  return { config, position: { step: 0, epoch: 0, batch: 0, seconds: 0 } };
}

/** @throws ForeframeError for a folder without a configuration, in words for a run */
async function pathOf(named: string): Promise<string> {
  try {
    return pipelinePath(named);
  } catch (error) {
    if (!existsSync(named) || !statSync(named).isDirectory()) throw error;
    if (FileLock.isHeld(join(named, RUN_LOCK)))
      throw new ForeframeError(`${named} is about to be trained: open it again once training has begun`);
    // It has no configuration, which is why it is looked at here.
    await RunFolder.open(named);
    throw error;
  }
}

/** What the page needs of a configuration. @param from names it in the error @throws UsageError when it learns by another method */
export function settingsOf(config: PipelineConfig, from: string): LiveSettings {
  const { data, method, model, seed, training } = config;
  if (method.name !== 'next-frame')
    throw new UsageError(
      `${from} learns by the method ${method.name}; the page learns by next-frame: name another run or pipeline`,
    );
  const { optimizer, clipNorm } = training;
  const { learningRate } = onlineRates(config);
  return {
    model,
    frame: frameShapeOf(data),
    seed,
    steps: data.steps,
    step: {
      optimizer,
      clipNorm,
      predict: method.predict,
      rollout: rolloutFrames(method.rollout, data.steps),
    },
    learningRate: learningRate!,
  };
}
