import { InterruptedError } from '../common/errors.js';
import { shellWord } from '../common/text/shellWord.js';
import { isAborted } from '../data/interruptibleSource.js';
import type { Engine } from '../engine/engine.js';
import { type Position, saveCheckpoint } from '../runs/checkpoint.js';
import { type Budget, progressOf } from '../runs/finishedRun.js';
import { readMetrics } from '../runs/metricsLog.js';
import type { RunFolder } from '../runs/runFolder.js';
import { SaveTimer } from '../runs/saveTimer.js';
import { checkFinite, scalarsOf, TrainingLog } from '../runs/trainingLog.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import type { Learner, LearnerBatch, LearningEvent, Validation } from './learner.js';
import * as timing from './validationTime.js';

export interface LearnOptions<V extends Validation> {
  readonly run: RunFolder;
  readonly engine: Engine;
  readonly learner: Learner<V>;
  /** When training ends, and how often it validates and saves. */
  readonly training: Budget & {
    readonly validateEvery: timing.ValidateEvery;
    readonly checkpointEvery: number;
  };
  /** Weights to start from instead of the network's first ones; a resumed run does not look at them. */
  readonly start?: Named<HostArray>;
  /** Go on from the last checkpoint, when there is one. */
  readonly resume?: boolean;
  /** Aborting saves the state of the last whole step and ends training with an InterruptedError. */
  readonly signal?: AbortSignal;
  /** Whether somebody wants the state saved now; asked after each step. */
  readonly takeSave?: () => boolean;
  readonly onEvent?: (event: LearningEvent<V>) => void;
}

/**
 * The loop of every method: feed, step, validate, keep the best weights, save, until the first of the configured steps, epochs or
 * seconds is over. Weights, optimizer state and data position are saved as it goes, so that a run that was stopped in any way
 * resumes to the same weights, bit for bit.
 * @throws ForeframeError when a loss is no number, or saving fails; InterruptedError when `signal` was aborted or reading was
 * interrupted, after saving
 */
export async function learn<V extends Validation>(options: LearnOptions<V>): Promise<Position> {
  const loop = new Loop(options);
  try {
    return await loop.run();
  } finally {
    await loop.close();
  }
}

class Loop<V extends Validation> {
  readonly #options: LearnOptions<V>;
  #position: Position = { step: 0, epoch: 0, batch: 0, seconds: 0 };
  readonly #saveTimer = new SaveTimer();
  #log: TrainingLog | undefined;
  /**
   * Where `performance.now()` stood when training had taken 0 seconds, earlier sessions counted. The first step of this process
   * sets it.
   */
  #clock: number | undefined;
  /** Seconds of training at which the step under way began: a validation or a save before it does not count in its speed. */
  #stepFrom: number | undefined;

  constructor(options: LearnOptions<V>) {
    this.#options = options;
  }

  async run(): Promise<Position> {
    await this.#open();
    try {
      await this.#train();
    } catch (error) {
      // Only raised between steps: position and weights belong together.
      throw error instanceof InterruptedError ? await this.#saveInterrupted(error) : error;
    }
    await this.#save();
    return this.#position;
  }

  async close(): Promise<void> {
    await this.#options.learner.close();
    this.#log?.close();
  }

  async #open(): Promise<void> {
    const { run, engine, resume, start, onEvent } = this.#options;
    const saved = resume ? await run.latestCheckpoint() : undefined;
    if (saved) {
      const { position, state } = saved;
      await engine.restore(state);
      this.#position = position;
      onEvent?.({ kind: 'resumed', position });
    } else {
      if (resume) onEvent?.({ kind: 'anew' });
      if (start) await engine.restore(start);
    }
    // -1: a run that begins anew also logs the validation of its first weights again.
    this.#log = TrainingLog.open(run, { step: saved ? this.#position.step : -1, resume });
  }

  async #train(): Promise<void> {
    const { learner } = this.#options;
    // Resumed with a budget that is used up already: the weights that were read are its last ones, and those are validated.
    if (this.#finished && !this.#wasValidated()) this.#position = { ...this.#position, validationDue: true };
    if (this.#position.validationDue) {
      await this.#validate();
      await this.#save();
    }
    while (!this.#finished) {
      await this.#epoch();
      // A pipe that was read to its end holds nothing more.
      if (learner.readsOnce) break;
    }
    if (this.#position.validationDue) await this.#validate();
  }

  async #epoch(): Promise<void> {
    const { learner, training } = this.#options;
    const throwIfStopped = () => this.#throwIfStopped();
    for await (const batch of learner.epoch(this.#position, throwIfStopped)) {
      if (timing.validatesFirst(training.validateEvery, this.#position)) await this.#validate();
      await this.#step(batch);
      if (this.#finished) return;
    }
    this.#position = { ...this.#position, epoch: this.#position.epoch + 1, batch: 0 };
    this.#noteLastValidation();
  }

  async #step({ entry, feeds, count, logs }: LearnerBatch): Promise<void> {
    const { engine, learner, training, takeSave, onEvent } = this.#options;
    const rates = learner.rates(this.#progress);
    // Opening the data, filling the shuffle and reading past what is done cost no seconds of training.
    this.#clock ??= performance.now() - this.#position.seconds * 1000;
    const numbers = scalarsOf(await engine.run(entry, { ...feeds, ...rates }));
    const step = this.#position.step + 1;
    checkFinite(Object.values(numbers), step);
    const seconds = this.#seconds;
    const perSecond = count / (seconds - (this.#stepFrom ?? this.#position.seconds));
    const batch = this.#position.batch + (learner.countsPasses ? 1 : 0);
    const position = { ...this.#position, step, batch, seconds };
    const validationDue = timing.validatesAfter(training.validateEvery, position) || undefined;
    this.#position = { ...position, validationDue };
    this.#noteLastValidation();
    const { gradientNorm, ...losses } = numbers;
    const { learningRate = 0 } = rates;
    this.#log?.append({
      step,
      seconds,
      ...losses,
      learningRate,
      ...(gradientNorm !== undefined && { gradientNorm }),
      ...logs,
      [learner.speedName]: perSecond,
    });
    // The step that ends a budget of seconds goes past it.
    const progress = Math.min(1, this.#progress);
    onEvent?.({ kind: 'step', position: this.#position, numbers, perSecond, progress });
    if (this.#position.validationDue) await this.#validate();
    const saves = step % training.checkpointEvery === 0 || this.#saveTimer.isDue;
    if (takeSave?.() || saves) await this.#save();
    this.#stepFrom = this.#seconds;
  }

  async #validate(): Promise<void> {
    const { engine, run, learner, training, onEvent } = this.#options;
    const throwIfStopped = () => this.#throwIfStopped();
    const validation = await learner.validate(this.#position, this.#progress, throwIfStopped);
    await throwIfStopped();
    this.#position = timing.afterValidation(training.validateEvery, this.#position, this.#seconds);
    if (!validation) return;
    const { step } = this.#position;
    const { error, chooses, figures, image, sample } = validation;
    this.#log?.append({ step, ...figures }, image);
    if (sample) await this.#log?.sample(step, sample, image !== undefined);
    const best = chooses && error < (this.#position.best?.error ?? Number.POSITIVE_INFINITY);
    if (best) {
      this.#position = { ...this.#position, best: { error, step } };
      // A run that is killed may go on from here.
      this.#log?.flush();
      const checkpoint = { position: this.#position, state: await engine.state() };
      await saveCheckpoint(run.best, checkpoint, { check: run.check });
    }
    onEvent?.({ kind: 'validation', position: this.#position, validation, best });
  }

  async #save(): Promise<void> {
    const { run, engine, onEvent } = this.#options;
    await this.#saveTimer.around(async () => {
      const checkpoint = { position: this.#position, state: await engine.state() };
      await saveCheckpoint(run.last, checkpoint, { check: run.check });
    });
    this.#log?.flush();
    onEvent?.({ kind: 'saved', position: this.#position });
  }

  /** How much of the training is done, from 0 to 1 and above. */
  get #progress(): number {
    return progressOf(this.#position, this.#options.training);
  }

  get #finished(): boolean {
    return this.#progress >= 1;
  }

  /** Seconds of training until now. */
  get #seconds(): number {
    return this.#clock === undefined ? this.#position.seconds : (performance.now() - this.#clock) / 1000;
  }

  /**
   * The last weights of a training are always validated, also where `validateEvery` does not ask for it. The position notes that this
   * is due, so that a run that is stopped before it does it when it is resumed.
   */
  #noteLastValidation(): void {
    if (this.#finished && !timing.isValidated(this.#options.training.validateEvery, this.#position))
      this.#position = { ...this.#position, validationDue: true };
  }

  /** Whether the weights that this session begins with have been validated in one before. */
  #wasValidated(): boolean {
    const { step } = this.#position;
    return readMetrics(this.#options.run.metrics).some(
      (record) => record.step === step && Object.keys(record).some((name) => name.startsWith('validation')),
    );
  }

  /**
   * Asked after each read and before its batch is used: ffmpeg that is being stopped may end early, and the batches that it then
   * leaves are not the next ones.
   * @throws InterruptedError when it is to stop
   */
  async #throwIfStopped(): Promise<void> {
    if (await isAborted(this.#options.signal)) throw new InterruptedError('training was interrupted');
  }

  async #saveInterrupted(cause: InterruptedError): Promise<InterruptedError> {
    await this.#save();
    const { run, learner } = this.#options;
    return new InterruptedError(
      `stopped at step ${this.#position.step}; saved. Go on with: ${learner.command} --resume --run ${shellWord(run.path)}`,
      { cause },
    );
  }
}
