import { UsageError } from '../common/errors.js';
import { shellWord } from '../common/shellWord.js';
import { counted } from '../stream/frameSource.js';
import type { AdversarialFigures } from '../training/adversarialBalance.js';
import type { PipelineConfig } from '../training/config.js';
import { isAborted } from '../training/interruptibleSource.js';
import { checkConfig, loadConfig } from '../training/loadConfig.js';
import { checkTrains } from '../training/openEngine.js';
import { RunFolder } from '../training/runFolder.js';
import { stoppedBeforeTraining } from '../training/stoppedBeforeTraining.js';
import type { TrainingEvent } from '../training/trainingEvent.js';
import { trainRun } from '../training/trainRun.js';
import { openSource } from './experiment.js';
import { pipelinePath } from './pipelinePath.js';
import { configToResume, finishedText, freeFolder } from './sameConfig.js';
import { type Progress, startProgress, withInterrupt } from './terminal.js';

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
  const { run, position, engine, source, finished } = await trainWithProgress(config, folder, options);
  await engine.dispose();
  const best = position.best;
  if (options.json) {
    const { framesRead } = source;
    console.log(JSON.stringify({ run: run.path, ...position, framesRead, ...(finished && { finished }) }));
  } else if (finished) {
    console.log(finishedText('foreframe train', run.path, position, config.training));
  } else {
    const { train: trained, validation } = source.framesRead;
    const outcome = best
      ? `best validation error ${best.error.toFixed(2)} at step ${best.step}`
      : config.training.adversarial
        ? 'its last weights are kept: the squared error cannot choose among adversarial ones'
        : source.once
          ? 'a pipe is read once, all of it to train on'
          : 'no validation split';
    console.log(
      `trained ${position.step} steps; read ${trained} frames to train on and ${validation} to validate; ${outcome}`,
    );
    const path = shellWord(run.path);
    // What came through a pipe is gone: nothing is left of it to evaluate on.
    console.log(
      source.once
        ? `next: foreframe predict ${path} VIDEO`
        : `next: foreframe evaluate ${path}  ·  foreframe report ${path}`,
    );
  }
}

/** Train into a run folder, drawing progress; the shared part of `train` and `demo`. The caller disposes the engine. */
export function trainWithProgress(
  config: PipelineConfig,
  folder: string,
  { resume, overwrite }: { resume?: boolean; overwrite?: boolean },
) {
  // Looked at before data are fetched, made and probed: a wrong folder is refused at once.
  if (!resume) RunFolder.checkFree(folder, { overwrite });
  return withInterrupt(async (signal) => {
    // Before a dataset is made or a video looked at.
    checkTrains(config);
    const source = counted(await openOrStop(config, signal));
    let progress: Progress | undefined;
    let finished = false;
    try {
      const onEvent = (event: TrainingEvent) => {
        if (event.kind === 'finished') finished = true;
        progress ??= startProgress('training', 1);
        show(event, progress);
      };
      const trained = await trainRun({ config, source, folder, resume, overwrite, signal, onEvent });
      return { source, finished, ...trained };
    } finally {
      progress?.stop();
    }
  });
}

/** Ctrl-C in a terminal ends ffprobe too: what it then complains of is not the video's fault. */
async function openOrStop(config: PipelineConfig, signal: AbortSignal) {
  try {
    return await openSource(config, signal);
  } catch (cause) {
    if (!(await isAborted(signal))) throw cause;
    throw stoppedBeforeTraining(cause);
  }
}

async function chooseConfig(pipeline: string | undefined, videos: string[], options: TrainCommandOptions) {
  const settings = options.onCorrupt ? [...options.set, `data.onCorrupt=${options.onCorrupt}`] : options.set;
  const { run, resume } = options;
  if (pipeline === undefined && !(resume && run))
    throw new UsageError('no pipeline was named: try `foreframe train pipelines/video.yaml my.mp4`');
  const load = async (path: string) => withVideos(await loadConfig(path, settings), videos);
  if (resume)
    return configToResume('foreframe train', {
      pipeline,
      run,
      load,
      loadSaved: (saved) => saved.readConfig(),
    });
  const config = await load(pipelinePath(pipeline!));
  return { config, folder: run ?? freeFolder(config.name) };
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
  if (event.kind === 'anew') progress.line('nothing was saved of this run: it begins anew, at step 0');
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
