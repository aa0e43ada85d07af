import { InterruptedError } from '../common/errors.js';
import { shellWord } from '../common/shellWord.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { Batch } from '../stream/index.js';
import type { HostArray, Named } from '../tensorflow/program.js';
import { loadCheckpoint, type Position, saveCheckpoint } from './checkpoint.js';
import type { PipelineConfig, TrainingConfig } from './config.js';
import type { Engine } from './engine.js';
import { errorsOf } from './evaluate.js';
import { progressOf } from './finishedRun.js';
import { interruptible, isAborted } from './interruptibleSource.js';
import { learningRatesAt } from './learningRates.js';
import { Passes } from './passes.js';
import type { RunFolder } from './runFolder.js';
import { SaveTimer } from './saveTimer.js';
import { type StepTeller, stepTeller } from './stepTeller.js';
import { tooFewClips } from './tooFewClips.js';
import type { TrainingEvent } from './trainingEvent.js';
import { checkFinite, TrainingLog } from './trainingLog.js';

export interface TrainOptions {
  readonly run: RunFolder;
  readonly config: PipelineConfig;
  readonly source: FrameSource;
  readonly engine: Engine;
  /** Weights to start from instead of the model's own first ones; a resumed run does not look at them. */
  readonly start?: Named<HostArray>;
  /** Go on from the last checkpoint, when there is one. */
  readonly resume?: boolean;
  /** Aborting saves the state of the last whole step and ends training with an InterruptedError. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainingEvent) => void;
}

const START: Position = { step: 0, epoch: 0, batch: 0, seconds: 0 };

/**
 * Train until the first of the configured steps, epochs or seconds is over. Saves weights, optimizer state and data
 * position as it goes, so that a run that was stopped anyhow resumes to the same weights, bit for bit.
 * @throws ForeframeError when the video holds too few clips, the loss is no number, or saving fails; InterruptedError when
 * `signal` was aborted or reading was interrupted, after saving
 */
export async function train(options: TrainOptions): Promise<Position> {
  const session = new TrainingSession(options);
  try {
    return await session.run();
  } finally {
    await session.close();
  }
}

class TrainingSession {
  readonly #options: TrainOptions;
  readonly #source: FrameSource;
  #position = START;
  readonly #saveTimer = new SaveTimer();
  #log: TrainingLog | undefined;
  /** When the seconds of training were 0; set as this session's first step begins. */
  #clock: number | undefined;
  readonly #passes: Passes;
  readonly #tellStep: StepTeller;

  constructor(options: TrainOptions) {
    this.#options = options;
    this.#source = interruptible(options.source, options.signal);
    this.#passes = new Passes(this.#source, options.config);
    this.#tellStep = stepTeller(options.config.training, options.onEvent);
  }

  async run(): Promise<Position> {
    await this.#open();
    try {
      await this.#train();
    } catch (error) {
      // Raised by reading alone, which happens between steps: position and state belong together.
      throw error instanceof InterruptedError ? await this.#saveInterrupted(error) : error;
    }
    await this.#save();
    return this.#position;
  }

  async #train(): Promise<void> {
    // Resumed for less than it has done: these are its last weights now.
    this.#dueAtEnd();
    if (this.#position.validationDue) {
      await this.#validate();
      await this.#save();
    }
    while (!this.#finished()) {
      await this.#epoch();
      // A pipe that was read to its end is gone.
      if (this.#source.once) break;
    }
    if (this.#position.validationDue) await this.#validate();
  }

  async close(): Promise<void> {
    await this.#passes.close();
    this.#log?.close();
  }

  get #settings(): TrainingConfig {
    return this.#options.config.training;
  }

  async #open(): Promise<void> {
    const { run, engine, resume, start, onEvent } = this.#options;
    const saved = resume ? run.lastSaved() : undefined;
    if (saved !== undefined) {
      const { position, state } = await loadCheckpoint(saved);
      await engine.restore(state);
      this.#position = position;
      onEvent?.({ kind: 'resumed', position });
    } else {
      if (resume) onEvent?.({ kind: 'anew' });
      if (start) await engine.restore(start);
    }
    const { step } = this.#position;
    this.#log = TrainingLog.open(run, { step, resume });
  }

  /** The seconds of training go on from where they stood; opening the video, filling the shuffle and reading past cost none. */
  #startClock(): void {
    this.#clock ??= performance.now() - this.#position.seconds * 1000;
  }

  /** How much of the training is done, from 0 to 1. */
  #progress(): number {
    return progressOf(this.#position, this.#settings);
  }

  #finished(): boolean {
    return this.#progress() >= 1;
  }

  /** The last weights are validated, whatever their step. Kept in the position: a checkpoint says whether it is still to be done. */
  #dueAtEnd(): void {
    const { step } = this.#position;
    if (this.#finished() && step % this.#settings.validateEvery !== 0)
      this.#position = { ...this.#position, validationDue: true };
  }

  async #epoch(): Promise<void> {
    const { config, source, onEvent } = this.#options;
    const done = this.#position.batch;
    if (done > 0) onEvent?.({ kind: 'skipping', batches: done });
    let index = 0;
    for await (const batch of this.#passes.begin(this.#position.epoch)) {
      await this.#checkGoesOn();
      if (index++ < done) continue;
      await this.#step(batch);
      if (this.#finished()) return;
    }
    if (index === 0) throw tooFewClips(config, source);
    this.#position = { ...this.#position, epoch: this.#position.epoch + 1, batch: 0 };
    this.#dueAtEnd();
  }

  async #step(batch: Batch): Promise<void> {
    const { validateEvery, checkpointEvery } = this.#settings;
    const rates = learningRatesAt(this.#settings, this.#progress());
    this.#startClock();
    const outputs = await this.#options.engine.run('train', { clips: batch.data, ...rates });
    const { loss, gradientNorm, ...more } = scalarsOf(outputs);
    const step = this.#position.step + 1;
    checkFinite([loss!, ...Object.values(more)], step);
    const seconds = (performance.now() - this.#clock!) / 1000;
    const framesPerSecond = (batch.shape[0] * batch.shape[1]) / (seconds - this.#position.seconds);
    const validationDue = step % validateEvery === 0 || undefined;
    this.#position = { ...this.#position, step, batch: this.#position.batch + 1, seconds, validationDue };
    this.#dueAtEnd();
    const { learningRate } = rates;
    this.#log?.append({
      step,
      seconds,
      loss: loss!,
      ...more,
      learningRate,
      gradientNorm: gradientNorm!,
      framesPerSecond,
    });
    // The step that ends a budget of seconds goes past it.
    const progress = Math.min(1, this.#progress());
    this.#tellStep({ position: this.#position, loss: loss!, framesPerSecond, progress }, more);
    if (this.#position.validationDue) await this.#validate();
    if (step % checkpointEvery === 0 || this.#saveTimer.isDue) await this.#save();
  }

  async #validate(): Promise<void> {
    const { engine, config, run, onEvent } = this.#options;
    const errors = await errorsOf(engine, this.#source, 'validation', config, {
      batches: this.#settings.validationBatches,
    });
    await this.#checkGoesOn();
    this.#position = { ...this.#position, validationDue: undefined };
    if (errors.clips === 0) return;
    const { step } = this.#position;
    const reconstructs = this.#settings.target === 'current';
    const error = reconstructs ? errors.reconstruction : errors.model;
    const baselines = { validationCopyLast: errors.copyLast, validationLinear: errors.linear };
    // Beside a reconstruction the baselines would mislead: they are guesses at the next frame.
    this.#log?.append({ step, validation: error, ...(!reconstructs && baselines) });
    // An adversarial loss trades squared error for sharpness: chosen by it, the weights would be those before it worked.
    const best =
      !this.#settings.adversarial && error < (this.#position.best?.error ?? Number.POSITIVE_INFINITY);
    if (best) {
      this.#position = { ...this.#position, best: { error, step } };
      await saveCheckpoint(
        run.best,
        { position: this.#position, state: await engine.state() },
        { check: run.check },
      );
    }
    onEvent?.({ kind: 'validation', position: this.#position, errors, error, best });
  }

  async #save(): Promise<void> {
    const { run, engine, onEvent } = this.#options;
    const { check } = run;
    await this.#saveTimer.around(async () =>
      saveCheckpoint(run.last, { position: this.#position, state: await engine.state() }, { check }),
    );
    this.#log?.flush();
    onEvent?.({ kind: 'saved', position: this.#position });
  }

  /**
   * Asked before anything is made of what was read: told to stop, ffmpeg hands out pictures that would not have come next.
   * @throws InterruptedError when it is to stop
   */
  async #checkGoesOn(): Promise<void> {
    if (await isAborted(this.#options.signal)) throw new InterruptedError('training was interrupted');
  }

  async #saveInterrupted(cause: InterruptedError): Promise<InterruptedError> {
    await this.#save();
    const { run } = this.#options;
    return new InterruptedError(
      `stopped at step ${this.#position.step}; saved. Go on with: foreframe train --resume --run ${shellWord(run.path)}`,
      { cause },
    );
  }
}

function scalarsOf(outputs: Named<HostArray>): Record<string, number> {
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data[0]!]));
}
