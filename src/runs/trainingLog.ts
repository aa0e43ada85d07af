import { ForeframeError } from '../common/errors.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { hparamsIn } from './board/hparams.js';
import { SampleFolder } from './board/samples.js';
import { MetricsLog, type MetricsRecord } from './metricsLog.js';
import type { RunFolder } from './runFolder.js';
import { type LoggedImage, TensorBoardWriter } from './tensorboardEvents.js';

/** The log of a training, step by step: the run's `metrics.jsonl`, the same for TensorBoard, and images in `samples`. */
export class TrainingLog {
  readonly #metrics: MetricsLog;
  readonly #board: TensorBoardWriter;
  readonly #samples: SampleFolder;
  readonly #check: () => void;

  private constructor(
    metrics: MetricsLog,
    board: TensorBoardWriter,
    samples: SampleFolder,
    check: () => void,
  ) {
    this.#metrics = metrics;
    this.#board = board;
    this.#samples = samples;
    this.#check = check;
  }

  /**
   * @param step of the checkpoint to continue from: later records are dropped, as those steps are repeated
   * @throws ForeframeError when a file cannot be opened
   */
  static open(run: RunFolder, { step, resume }: { step: number; resume?: boolean }): TrainingLog {
    run.check();
    const metrics = MetricsLog.open(run.metrics, { keepThrough: step });
    const board = new TensorBoardWriter(run.events, resume ? { purgeStep: step + 1 } : {});
    board.hparams(hparamsIn(run.config));
    return new TrainingLog(
      metrics,
      board,
      new SampleFolder(run.samples, { step, check: run.check }),
      run.check,
    );
  }

  /**
   * @param image of a validation clip, for TensorBoard alone
   * @throws ForeframeError when another process has taken the run over
   */
  append(record: MetricsRecord, image?: LoggedImage): void {
    this.#check();
    this.#metrics.append(record);
    for (const [tag, value] of Object.entries(record))
      if (tag !== 'step') this.#board.scalar(tag, value, record.step);
    if (image) this.#board.image('validation clip', image.png, image.width, image.height, record.step);
  }

  /** Save what the weights of a step predict of a validation clip. @param keep it is not replaced by the next one */
  sample(step: number, png: Uint8Array, keep: boolean): Promise<void> {
    return this.#samples.save(step, png, keep);
  }

  flush(): void {
    this.#board.flush();
  }

  close(): void {
    this.#metrics.close();
    this.#board.close();
  }
}

/** @throws ForeframeError when a loss of this step is not a finite number */
export function checkFinite(losses: readonly number[], step: number): void {
  if (losses.every(Number.isFinite)) return;
  throw new ForeframeError(
    `the loss is not a number any more at step ${step}: start again in another run folder, with a lower ` +
      'training.learningRate or with training.clipNorm set (a run keeps the settings that it was made with)',
  );
}

/** The numbers that a step gave, by name. */
export function scalarsOf(outputs: Named<HostArray>): Named<number> {
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data[0] ?? Number.NaN]));
}
