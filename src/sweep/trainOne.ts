import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { InterruptedError, UsageError } from '../common/errors.js';
import { FileLock } from '../common/locks/fileLock.js';
import { readEvaluation } from '../evaluation/evaluateRun.js';
import { evaluate } from '../library/evaluate.js';
import { train } from '../library/train.js';
import type { TrainVerbOptions } from '../library/training/trainOptions.js';
import { RunFolder } from '../runs/runFolder.js';
import { folderState, RUN_LOCK } from '../runs/runManifest.js';
import type { SweepPlan } from './plan.js';
import { prepareSweep } from './prepare.js';

export interface TrainOneOptions
  extends SweepPlan,
    Pick<TrainVerbOptions, 'signal' | 'onProgress' | 'onNote' | 'onEvent'> {
  readonly out?: string;
  /** Hears how much of the run is done, from 0 to 1. */
  readonly onShare?: (share: number) => void;
}

/** Of the time of a run on clips; what is left is its test. */
const TRAINING_SHARE = 0.9;
/** A sweep that was killed a moment ago: its processes are saving. */
const LONGEST_WAIT_MS = 120_000;

/**
 * Train the one run of a sweep of one cell and one seed, in this process: it begins, or goes on where it stopped, and is measured.
 * @throws UsageError when there are several runs; what `train` and `evaluate` throw
 */
export async function trainOne(options: TrainOneOptions): Promise<void> {
  const { signal, onProgress, onNote, onEvent, onShare } = options;
  const { plan, runs } = await prepareSweep(options, options.out);
  const [only, ...others] = runs;
  if (!only || others.length > 0)
    throw new UsageError(
      `--one trains one run, and this grid has ${runs.length}: leave one value and one seed`,
    );
  const { folder } = only.choice;
  await untilFree(folder, options);
  const state = folderState(folder);
  const { kind } = await train({
    pipeline: plan.pipeline,
    videos: plan.videos,
    set: only.run.set,
    folder,
    resume: state.kind === 'run' && state.configured,
    signal,
    onProgress,
    onNote,
    onEvent: (event) => {
      if (event.kind === 'step') onShare?.(TRAINING_SHARE * event.progress);
      onEvent?.(event);
    },
  });
  // A run on images is tested as it ends.
  if (kind === 'images') return;
  if (await readEvaluation(await RunFolder.open(folder)).catch(() => undefined)) return;
  await evaluate(folder, {
    signal,
    onNote,
    onProgress: (progress) => {
      onShare?.(TRAINING_SHARE + (1 - TRAINING_SHARE) * (progress.done / progress.total));
      onProgress?.(progress);
    },
  });
}

async function untilFree(folder: string, { signal, onNote }: TrainOneOptions): Promise<void> {
  const lock = join(folder, RUN_LOCK);
  if (!FileLock.isHeld(lock)) return;
  onNote?.(`waiting for another process that writes ${folder}`);
  for (let waited = 0; waited < LONGEST_WAIT_MS && FileLock.isHeld(lock); waited += 200) {
    if (signal?.aborted)
      throw new InterruptedError('stopped before training began: there was nothing to save');
    await pause(200);
  }
}
