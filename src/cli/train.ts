import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../common/errors.js';
import { counted } from '../stream/frameSource.js';
import type { AdversarialFigures } from '../training/adversarialBalance.js';
import type { PipelineConfig } from '../training/config.js';
import { checkConfig, loadConfig } from '../training/loadConfig.js';
import { RunFolder } from '../training/runFolder.js';
import type { TrainingEvent } from '../training/trainingEvent.js';
import { trainRun } from '../training/trainRun.js';
import { openSource } from './experiment.js';
import { pipelinePath } from './pipelinePath.js';
import { checkSameConfig, freeFolder } from './sameConfig.js';
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
      : config.training.adversarial
        ? 'its last weights are kept: the squared error cannot choose among adversarial ones'
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
    checkSameConfig(options.run, saved, wanted, 'foreframe train');
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

function show(event: TrainingEvent, progress: Progress): void {
  if (event.kind === 'started')
    progress.line(`seed ${event.seed} · ${event.source} · ${event.device} · ${event.folder}`);
  if (event.kind === 'resumed') progress.line(`resumed at step ${event.position.step}`);
  if (event.kind === 'skipping') {
    progress.line(`reading past ${event.batches} batches that were already trained on`);
  }
  if (event.kind === 'step') {
    const { position, loss, adversarial, framesPerSecond } = event;
    const rate = `${framesPerSecond.toFixed(0)} frames/s`;
    const losses = `loss ${loss.toPrecision(4)}${adversarial ? ` (${adversarialText(adversarial)})` : ''}`;
    progress.update(event.progress, `step ${position.step} | ${losses} | ${rate}`);
  }
  if (event.kind === 'one-sided') progress.line(`warning: step ${event.position.step}: ${event.advice}`);
  if (event.kind === 'validation') {
    const { error, errors } = event;
    const mark = event.best ? ' (best so far)' : '';
    const text =
      error === errors.reconstruction
        ? `validation error of the reconstruction ${error.toFixed(2)}`
        : `validation error ${error.toFixed(2)}, copy-last ${errors.copyLast.toFixed(2)}`;
    progress.line(`step ${event.position.step}: ${text}${mark}`);
  }
}

function adversarialText(figures: AdversarialFigures): string {
  const { mse, adversarial, discriminatorLoss, discriminatorAccuracy } = figures;
  const parts = `mse ${mse.toPrecision(4)}, adversarial ${adversarial.toPrecision(3)}`;
  const right = `${(discriminatorAccuracy * 100).toFixed(0)} % right`;
  return `${parts}; discriminator ${discriminatorLoss.toPrecision(3)}, ${right}`;
}
