import { InterruptedError } from '../common/errors.js';
import { shellWord } from '../common/shellWord.js';
import { loadCheckpoint, type Position, saveCheckpoint } from './checkpoint.js';
import { ClassifierBatches, picturesSeen } from './classifierBatches.js';
import type { ClassifierConfig } from './classifierConfig.js';
import type { ClassifierData } from './classifierData.js';
import { stepSizes } from './classifierEngine.js';
import { answersOf, type Network } from './classifierErrors.js';
import type { Engine } from './engine.js';
import { progressOf } from './finishedRun.js';
import { readMetrics } from './metricsLog.js';
import { decayAfter, STATISTICS_DECAY } from './movingStatistics.js';
import type { RunFolder } from './runFolder.js';
import { SaveTimer } from './saveTimer.js';
import { scheduleFactor } from './schedule.js';
import { checkFinite, TrainingLog } from './trainingLog.js';

/** What happened, for whoever watches. */
export type ClassifierEvent =
  | { readonly kind: 'resumed'; readonly position: Position }
  | {
      readonly kind: 'step';
      readonly position: Position;
      readonly loss: number;
      readonly imagesPerSecond: number;
      readonly progress: number;
    }
  | {
      readonly kind: 'validation';
      readonly position: Position;
      /** Wrong answers, in percent. */
      readonly errors: Readonly<Record<Network, number>>;
      readonly best: boolean;
    };

export interface TrainClassifierOptions {
  readonly run: RunFolder;
  readonly config: ClassifierConfig;
  readonly data: ClassifierData;
  readonly engine: Engine;
  /** Go on from the last checkpoint, when there is one. */
  readonly resume?: boolean;
  /** Aborting saves the state and ends training with an InterruptedError. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ClassifierEvent) => void;
}

/**
 * Train until the first of the configured steps or seconds is over, keeping the last weights and those that did best on the
 * validation part. A run that was stopped anyhow resumes to the same weights, bit for bit, where steps end it (a schedule over
 * seconds depends on the clock).
 * @throws ForeframeError when the loss is no number, or saving fails; InterruptedError when `signal` was aborted, after saving
 */
export async function trainClassifier(options: TrainClassifierOptions): Promise<Position> {
  const training = new ClassifierTrainingSession(options);
  try {
    return await training.run();
  } finally {
    training.close();
  }
}

class ClassifierTrainingSession {
  readonly #options: TrainClassifierOptions;
  readonly #batches: ClassifierBatches;
  #position: Position = { step: 0, epoch: 0, batch: 0, seconds: 0 };
  readonly #saveTimer = new SaveTimer();
  #log: TrainingLog | undefined;
  #clock = performance.now();

  constructor(options: TrainClassifierOptions) {
    this.#options = options;
    const { config, data } = options;
    const { augmentation } = config.training;
    this.#batches = new ClassifierBatches(data, stepSizes(config), config.seed, augmentation);
  }

  async run(): Promise<Position> {
    const { signal } = this.#options;
    await this.#open();
    this.#clock = performance.now() - this.#position.seconds * 1000;
    let validated = this.#isValidated();
    while (this.#progress() < 1) {
      if (signal?.aborted) await this.#interrupt();
      validated = await this.#step();
    }
    // Resumed for less than it has done: these are its last weights now.
    if (!validated) await this.#validate();
    await this.#save();
    return this.#position;
  }

  close(): void {
    this.#log?.close();
  }

  /** Whether the weights that a session begins with have been validated in one before. */
  #isValidated(): boolean {
    const { step } = this.#position;
    return readMetrics(this.#options.run.metrics).some(
      (record) => record.step === step && record.validationStudent !== undefined,
    );
  }

  async #open(): Promise<void> {
    const { run, engine, resume, onEvent } = this.#options;
    const saved = resume ? run.lastSaved() : undefined;
    if (saved !== undefined) {
      const { position, state } = await loadCheckpoint(saved);
      await engine.restore(state);
      this.#position = position;
      onEvent?.({ kind: 'resumed', position });
    }
    const { step } = this.#position;
    this.#log = TrainingLog.open(run, { step, resume });
  }

  /** How much of the training is done, from 0 to 1. */
  #progress(): number {
    return progressOf(this.#position, this.#options.config.training);
  }

  /** @returns whether these weights have been validated: every few steps, and the last ones */
  async #step(): Promise<boolean> {
    const { engine, config, onEvent } = this.#options;
    const pictures = this.#batches.batch(this.#position.step);
    const rates = this.#rates();
    const kept = { statisticsDecay: decayAfter(this.#position.step, STATISTICS_DECAY) };
    const entry = this.#position.step < this.#labelsFirst() ? 'trainLabels' : 'train';
    const outputs = await engine.run(entry, { ...pictures, ...rates, ...kept });
    const step = this.#position.step + 1;
    const said = Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data[0]!]));
    checkFinite(Object.values(said), step);
    const seconds = (performance.now() - this.#clock) / 1000;
    const { sizes } = this.#batches;
    const imagesPerSecond =
      (picturesSeen(sizes, step) - picturesSeen(sizes, step - 1)) / (seconds - this.#position.seconds);
    this.#position = { ...this.#position, step, seconds };
    this.#log?.append({ step, seconds, ...said, ...rates, imagesPerSecond });
    const position = this.#position;
    // The step that ends a budget of seconds goes past it.
    const progress = Math.min(1, this.#progress());
    onEvent?.({ kind: 'step', position, loss: said.loss!, imagesPerSecond, progress });
    const { validateEvery, checkpointEvery } = config.training;
    const validates = step % validateEvery === 0 || this.#progress() >= 1;
    // Before a save: a checkpoint of the last step is one of a validated run.
    if (validates) await this.#validate();
    if (step % checkpointEvery === 0 || this.#saveTimer.isDue) await this.#save();
    return validates;
  }

  #labelsFirst(): number {
    return this.#batches.sizes.labelsFirst ?? 0;
  }

  /** What the train entry is fed besides pictures. */
  #rates() {
    const { learningRate, schedule, ramp, teacherDecay } = this.#options.config.training;
    const { step } = this.#position;
    return {
      learningRate: learningRate * scheduleFactor(schedule, this.#progress()),
      ramp: rampFactor(step - this.#labelsFirst(), ramp),
      teacherDecay: decayAfter(step, teacherDecay),
    };
  }

  async #validate(): Promise<void> {
    const { engine, data, config, run, onEvent } = this.#options;
    const answers = await answersOf(engine, data.validation, data.classes.length);
    const { step } = this.#position;
    const errors = { student: answers.student.error, teacher: answers.teacher.error };
    this.#log?.append({ step, validationStudent: errors.student, validationTeacher: errors.teacher });
    const error = errors[config.evaluation.network];
    const best = error < (this.#position.best?.error ?? Number.POSITIVE_INFINITY);
    if (best) {
      this.#position = { ...this.#position, best: { error, step } };
      await saveCheckpoint(
        run.best,
        { position: this.#position, state: await engine.state() },
        { check: run.check },
      );
    }
    onEvent?.({ kind: 'validation', position: this.#position, errors, best });
  }

  async #save(): Promise<void> {
    const { run, engine } = this.#options;
    const { check } = run;
    await this.#saveTimer.around(async () =>
      saveCheckpoint(run.last, { position: this.#position, state: await engine.state() }, { check }),
    );
    this.#log?.flush();
  }

  async #interrupt(): Promise<never> {
    await this.#save();
    const { path } = this.#options.run;
    throw new InterruptedError(
      `stopped at step ${this.#position.step}; saved. Go on with: foreframe classify --resume --run ${shellWord(path)}`,
    );
  }
}

/** Share of the unsupervised losses that counts at a step, from 0: the ramp of Laine & Aila (arXiv 1610.02242). */
export function rampFactor(step: number, ramp: number): number {
  return step >= ramp ? 1 : Math.exp(-5 * (1 - step / ramp) ** 2);
}
