import { shellWord } from '../../common/text/shellWord.js';
import { commandOf } from '../../config/anyConfig.js';
import type { PipelineConfig } from '../../config/config.js';
import { type Trained, type TrainedOnClips, train } from '../../library/train.js';
import { type OpenClipRun, trainClipRun } from '../../library/training/trainClipRun.js';
import type { TrainVerbOptions } from '../../library/training/trainOptions.js';
import { clipMethodOf } from '../../methods/index.js';
import { firstWeightsNote } from '../../runs/firstWeights.js';
import { drawnWork } from '../terminal/drawnWork.js';
import { withInterrupt } from '../terminal/terminal.js';
import { comparedRuns, printClassified } from './classified.js';
import { finishedText } from './finishedText.js';
import { type TrainingPageOptions, withTrainingPage } from './trainingPage.js';
import { showTraining } from './trainingText.js';

export interface TrainCommandOptions extends TrainingPageOptions {
  readonly set: string[];
  readonly run?: string;
  readonly resume?: boolean;
  readonly onCorrupt?: 'skip' | 'fail';
  /** Folders of runs on images whose figures stand beside. */
  readonly compare?: string[];
  readonly json?: boolean;
}

/**
 * `foreframe train PIPELINE [VIDEO…]`, `foreframe train --resume --run DIR`; `classify` is another name of it, with
 * `foreframe classify --compare RUN…`. The pipeline's method says whether it learns from clips or from images.
 */
export async function trainCommand(
  pipeline: string | undefined,
  videos: string[],
  { set, run, resume, onCorrupt, compare = [], json, ...page }: TrainCommandOptions,
): Promise<void> {
  // Read first: a wrong name should not wait for a training.
  const others = await comparedRuns(compare);
  if (pipeline === undefined && others.length > 0 && !resume) return printClassified(undefined, others, json);
  const trained = await trainDrawn({ pipeline, videos, set, folder: run, resume, onCorrupt }, page);
  if (trained.kind === 'images') {
    const { run: folder, evaluation, config, finished } = trained;
    if (finished)
      console.error(finishedText(commandOf(config), folder.path, evaluation.last, config.training));
    printClassified(evaluation, others, json);
  } else if (json) printJson(trained);
  else printTrained(trained);
}

function trainDrawn(options: TrainVerbOptions, page: TrainingPageOptions): Promise<Trained> {
  return withTrainingPage(page, (show) =>
    withInterrupt((signal) =>
      drawnWork((watching) =>
        train({
          ...options,
          signal,
          ...watching,
          onEvent(event) {
            showTraining(event, watching);
            show(event, watching.onNote);
          },
        }),
      ),
    ),
  );
}

/** Train into a run folder, drawing progress; the shared part of `demo` and `bench results`. The caller disposes the engine. */
export function trainWithProgress(
  config: PipelineConfig,
  folder: string,
  options: { resume?: boolean; overwrite?: boolean },
): Promise<OpenClipRun> {
  return withInterrupt((signal) =>
    drawnWork((watching) =>
      trainClipRun(config, folder, {
        ...options,
        signal,
        ...watching,
        onEvent: (event) => showTraining(event, watching),
      }),
    ),
  );
}

function printJson({ run, position, framesRead, finished }: TrainedOnClips): void {
  console.log(JSON.stringify({ run: run.path, ...position, framesRead, ...(finished && { finished }) }));
}

function printTrained({ run, config, position, once, finished }: TrainedOnClips): void {
  if (finished) {
    console.log(finishedText(commandOf(config), run.path, position, config.training));
    return;
  }
  const { best, step } = position;
  const outcome = best
    ? `best validation error ${best.error.toPrecision(3)} (squared, summed over a frame) at step ${best.step}`
    : !clipMethodOf(config.method).choosesBest
      ? 'its last weights are kept: the squared error cannot choose among adversarial ones'
      : once
        ? 'a pipe is read once, all of it to train on'
        : 'no validation split';
  // Frames that were read are more: those that wait to be shuffled, and all of a pass that was read past.
  const time = position.seconds < 10 ? position.seconds.toFixed(1) : position.seconds.toFixed(0);
  console.log(`trained ${step} steps of ${config.training.batch} clips in ${time} s; ${outcome}`);
  if (step > 0 && best?.step === 0) console.error(firstWeightsNote(run.path));
  const path = shellWord(run.path);
  // What came through a pipe is gone: nothing is left of it to evaluate on.
  console.log(
    once
      ? `next: foreframe predict ${path} VIDEO`
      : `next: foreframe evaluate ${path}  ·  foreframe report ${path}`,
  );
}
