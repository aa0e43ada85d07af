import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { FileLock } from '../../common/locks/fileLock.js';
import { shellWord } from '../../common/text/shellWord.js';
import { type Config, commandOf, isOfClips } from '../../config/anyConfig.js';
import { frameShapeOf } from '../../data/frameShape.js';
import { samplesIn } from '../../runs/board/samples.js';
import { type Position, savedPosition } from '../../runs/checkpoint.js';
import { progressOf } from '../../runs/finishedRun.js';
import { type Asked, askTraining, pendingRequest } from '../../runs/requests/requestFile.js';
import { RunFolder } from '../../runs/runFolder.js';
import { RUN_LOCK } from '../../runs/runManifest.js';
import { MetricsTail } from './metricsTail.js';
import { timeLeft } from './timeLeft.js';
import { TrainingCourse } from './trainingCourse.js';
import type { Phase, TrainingState } from './trainingState.js';
import { WhenChanged } from './whenChanged.js';

/** Milliseconds between two looks at the files of a run. */
const INTERVAL = 1000;

/** What a page is answered. */
export interface Look {
  /** Grows whenever the state changes. */
  readonly version: number;
  /** The state as JSON. */
  readonly json: string;
}

/**
 * A run as its files show it while a process trains it: this one, another one, or one on another machine. Only who asks makes it look,
 * once a second at most.
 */
export class TrainingWatch {
  readonly #run: RunFolder;
  readonly #tail: MetricsTail;
  #course = new TrainingCourse();
  readonly #configs: WhenChanged<Config>;
  readonly #last: WhenChanged<Position | undefined>;
  readonly #best: WhenChanged<Position | undefined>;
  #config: Config;
  #look: Look = { version: 0, json: '' };
  #looked = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  private constructor(run: RunFolder, config: Config) {
    this.#run = run;
    this.#config = config;
    this.#tail = new MetricsTail(run.metrics);
    this.#configs = new WhenChanged(run.config, () => run.readAnyConfig());
    this.#last = new WhenChanged(run.last, () => savedPosition(run.last));
    this.#best = new WhenChanged(run.best, () => savedPosition(run.best));
  }

  /** @throws ForeframeError when there is no such run, or it is damaged */
  static async open(folder: string): Promise<TrainingWatch> {
    const run = await RunFolder.open(folder);
    return new TrainingWatch(run, await run.readAnyConfig());
  }

  /**
   * @param now look also where the last look was less than a second ago
   * @throws ForeframeError when the run's folder is gone
   */
  async look(now = false): Promise<Look> {
    if (this.#looking) await this.#looking;
    if (now || performance.now() - this.#looked >= INTERVAL) {
      this.#looking ??= this.#again().finally(() => {
        this.#looking = undefined;
        this.#looked = performance.now();
      });
      await this.#looking;
    }
    return this.#look;
  }

  /** @throws ForeframeError when no process trains the run any more */
  ask(ask: Asked): Promise<void> {
    return askTraining(this.#run.path, ask);
  }

  /** The PNG of a step, where the run has it. */
  async sample(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { samples } = this.#run;
    if (!samplesIn(samples).some((each) => each.name === name)) return undefined;
    return readFile(join(samples, name)).then(
      (bytes) => new Uint8Array(bytes),
      () => undefined,
    );
  }

  async #again(): Promise<void> {
    const json = JSON.stringify(await this.#state());
    if (json !== this.#look.json) this.#look = { version: this.#look.version + 1, json };
  }

  async #state(): Promise<TrainingState> {
    const run = this.#run;
    // Without its files it would look like a run that was killed before its first step.
    if (!existsSync(run.path))
      throw new ForeframeError(`${run.path} is gone: it was removed, moved or renamed`);
    // First: what a process wrote before it let go of the run is then seen too.
    const held = FileLock.isHeld(join(run.path, RUN_LOCK));
    await this.#tail
      .read(
        (record) => this.#course.add(record),
        () => {
          this.#course = new TrainingCourse();
        },
      )
      .catch(() => {});
    // A session that goes on may have another budget.
    this.#config = (await this.#configs.get()) ?? this.#config;
    const [last, best] = [await this.#last.get(), await this.#best.get()];
    const saved = best && (!last || best.step > last.step) ? best : last;
    const config = this.#config;
    const course = this.#course;
    // The log ends before what a resumed run repeats; a run without a log yet may go on from a checkpoint.
    const step = Math.max(course.step, held ? 0 : (saved?.step ?? 0));
    const { stepsPerSecond } = course;
    const now = { step, seconds: Math.max(course.seconds, saved?.seconds ?? 0), stepsPerSecond };
    const left = timeLeft(now, config.training, saved);
    const phase = phaseOf({ held, step, progress: left.progress, saved, config });
    const asked = await pendingRequest(run.path);
    const found = last?.best && (!best?.best || last.best.error <= best.best.error) ? last.best : best?.best;
    return {
      ...aboutRun(run.path, config),
      ...{ phase, step, seconds: now.seconds },
      ...(phase === 'finished' ? { progress: 1 } : left),
      ...(stepsPerSecond !== undefined && { stepsPerSecond: Number(stepsPerSecond.toPrecision(3)) }),
      ...(saved && { saved: saved.step }),
      ...(found && { best: found }),
      ...(asked && { asked }),
      samples: samplesIn(run.samples),
      latest: course.latest,
      curves: course.curves,
    };
  }
}

/** Whether a process trains the run of a folder now. */
export function isBeingTrained(folder: string): boolean {
  return existsSync(join(folder, 'config.yaml')) && FileLock.isHeld(join(folder, RUN_LOCK));
}

function phaseOf({
  held,
  step,
  progress = 0,
  saved,
  config,
}: {
  held: boolean;
  step: number;
  progress?: number;
  saved: Position | undefined;
  config: Config;
}): Phase {
  if (held) return step === 0 ? 'preparing' : progress >= 1 ? 'measuring' : 'training';
  if (!saved || saved.step < step) return 'killed';
  return progressOf(saved, config.training) >= 1 && !saved.validationDue ? 'finished' : 'stopped';
}

/** What stays the same over a training. */
function aboutRun(folder: string, config: Config) {
  const { name, method, model, training } = config;
  const { validateEvery } = training;
  const predicts = isOfClips(config);
  return {
    run: folder,
    name,
    method: method.name,
    model: model.name,
    predicts,
    validates:
      typeof validateEvery === 'number'
        ? `every ${validateEvery.toLocaleString('en-US')} steps`
        : `every ${validateEvery.seconds} s`,
    resume: `${commandOf(config)} --resume --run ${shellWord(folder)}`,
    ...(predicts && { frame: sizeOf(frameShapeOf(config.data)) }),
  };
}

function sizeOf({ height, width }: { height: number; width: number }) {
  return { height, width };
}
