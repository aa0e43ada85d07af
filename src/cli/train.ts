import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ForeframeError, UsageError } from '../common/errors.js';
import { counted } from '../stream/frameSource.js';
import type { PipelineConfig } from '../training/config.js';
import { checkConfig, loadConfig } from '../training/loadConfig.js';
import { RunFolder } from '../training/runFolder.js';
import type { TrainingEvent } from '../training/train.js';
import { trainRun } from '../training/trainRun.js';
import { openSource } from './experiment.js';
import { pipelinePath } from './pipelinePath.js';
import { interruptSignal, type Progress, startProgress } from './terminal.js';

export interface TrainCommandOptions {
  readonly set: string[];
  readonly run?: string;
  readonly resume?: boolean;
  readonly onCorrupt?: string;
  readonly json?: boolean;
}

/** `foreframe train PIPELINE [VIDEO…]`, or `foreframe train --resume --run DIR`. */
export async function trainCommand(
  pipeline: string | undefined,
  videos: string[],
  options: TrainCommandOptions,
): Promise<void> {
  const { config, folder } = await chooseConfig(pipeline, videos, options);
  const { run, position, engine, source } = await trainWithProgress(config, folder, options);
  await engine.dispose();
  const best = position.best;
  if (options.json)
    console.log(JSON.stringify({ run: run.path, ...position, framesRead: source.framesRead }));
  else {
    const { train: trained, validation } = source.framesRead;
    const outcome = best
      ? `best validation error ${best.error.toFixed(2)} at step ${best.step}`
      : 'no validation split';
    console.log(
      `trained ${position.step} steps; read ${trained} frames to train on and ${validation} to validate; ${outcome}`,
    );
    console.log(`next: foreframe evaluate ${run.path}  ·  foreframe report ${run.path}`);
  }
}

/** Train into a run folder, drawing progress; the shared part of `train` and `demo`. The caller disposes the engine. */
export async function trainWithProgress(
  config: PipelineConfig,
  folder: string,
  how: { resume?: boolean; overwrite?: boolean },
) {
  const signal = interruptSignal();
  const source = counted(await openSource(config, signal));
  let progress: Progress | undefined;
  try {
    const onEvent = (event: TrainingEvent) => {
      progress ??= startProgress('training', 1);
      show(event, progress);
    };
    const trained = await trainRun({ config, source, folder, ...how, signal, onEvent });
    return { source, ...trained };
  } finally {
    progress?.stop();
  }
}

async function chooseConfig(pipeline: string | undefined, videos: string[], options: TrainCommandOptions) {
  const settings = options.onCorrupt ? [...options.set, `data.onCorrupt=${options.onCorrupt}`] : options.set;
  if (options.resume && options.run && existsSync(options.run)) {
    const saved = await (await RunFolder.open(options.run)).readConfig();
    if (pipeline === undefined && settings.length === 0) return { config: saved, folder: options.run };
    const path = pipeline === undefined ? join(options.run, 'config.yaml') : pipelinePath(pipeline);
    const wanted = withVideos(await loadConfig(path, settings), videos);
    const [before, now] = [withoutBudget(saved), withoutBudget(wanted)];
    if (!isDeepStrictEqual(before, now)) {
      throw new ForeframeError(
        `${options.run} was made with another configuration (${firstDifference(before, now)}): resume it with ` +
          `\`foreframe train --resume --run ${options.run}\`, or choose another --run`,
      );
    }
    return { config: wanted, folder: options.run };
  }
  if (pipeline === undefined) {
    const reason = options.run ? `there is no run ${options.run} to resume` : 'no pipeline was named';
    throw new UsageError(`${reason}: try \`foreframe train pipelines/video.yaml my.mp4\``);
  }
  const config = withVideos(await loadConfig(pipelinePath(pipeline), settings), videos);
  return { config, folder: options.run ?? freeFolder(config.name) };
}

function withVideos(config: PipelineConfig, videos: string[]): PipelineConfig {
  if (videos.length === 0) return config;
  // Videos named by hand stand in for the pipeline's own data.
  return checkConfig({ ...config, data: { ...config.data, dataset: undefined, videos } }, 'command line');
}

/** How long to train may be changed between two sessions of one run. */
function withoutBudget(config: PipelineConfig): object {
  const training = { ...config.training, steps: undefined, epochs: undefined, seconds: undefined };
  // Through JSON, so that a key set to undefined and a missing one are the same.
  return JSON.parse(JSON.stringify({ ...config, training })) as object;
}

function firstDifference(a: object, b: object, path = ''): string {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [x, y] = [(a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]];
    if (isDeepStrictEqual(x, y)) continue;
    const place = path ? `${path}.${key}` : key;
    if (x && y && typeof x === 'object' && typeof y === 'object') return firstDifference(x, y, place);
    return `${place}: ${JSON.stringify(x)} there, ${JSON.stringify(y)} here`;
  }
  return 'settings differ';
}

function freeFolder(name: string): string {
  let folder = `runs/${name}`;
  for (let number = 2; existsSync(folder); number++) folder = `runs/${name}-${number}`;
  return folder;
}

function show(event: TrainingEvent, progress: Progress): void {
  if (event.kind === 'started')
    progress.line(`seed ${event.seed} · ${event.source} · ${event.device} · ${event.folder}`);
  if (event.kind === 'resumed') progress.line(`resumed at step ${event.position.step}`);
  if (event.kind === 'skipping') {
    progress.line(`reading past ${event.batches} batches that were already trained on`);
  }
  if (event.kind === 'step') {
    const { position, loss, framesPerSecond } = event;
    const rate = `${framesPerSecond.toFixed(0)} frames/s`;
    progress.update(event.progress, `step ${position.step} | loss ${loss.toPrecision(4)} | ${rate}`);
  }
  if (event.kind === 'validation') {
    const { model, copyLast } = event.errors;
    const mark = event.best ? ' (best so far)' : '';
    const errors = `validation error ${model.toFixed(2)}, copy-last ${copyLast.toFixed(2)}`;
    progress.line(`step ${event.position.step}: ${errors}${mark}`);
  }
}
