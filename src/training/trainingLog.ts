import { ForeframeError } from '../common/errors.js';
import { MetricsLog, type MetricsRecord } from './metricsLog.js';
import type { RunFolder } from './runFolder.js';
import { TensorBoardWriter } from './tensorboardEvents.js';

/** What a training says of itself, step by step: in the run's `metrics.jsonl`, and the same for TensorBoard. */
export class TrainingLog {
  readonly #metrics: MetricsLog;
  readonly #board: TensorBoardWriter;
  readonly #check: () => void;

  private constructor(metrics: MetricsLog, board: TensorBoardWriter, check: () => void) {
    this.#metrics = metrics;
    this.#board = board;
    this.#check = check;
  }

  /**
   * @param step of the checkpoint that is gone on from: what was logged after it happens again, and is to be read once
   * @throws ForeframeError when a file cannot be opened
   */
  static open(run: RunFolder, { step, resume }: { step: number; resume?: boolean }): TrainingLog {
    run.check();
    const metrics = MetricsLog.open(run.metrics, { keepThrough: step });
    const board = new TensorBoardWriter(run.events, resume ? { purgeStep: step + 1 } : {});
    return new TrainingLog(metrics, board, run.check);
  }

  /** @throws ForeframeError when another process has taken the run over */
  append(record: MetricsRecord): void {
    this.#check();
    this.#metrics.append(record);
    for (const [tag, value] of Object.entries(record))
      if (tag !== 'step') this.#board.scalar(tag, value, record.step);
  }

  flush(): void {
    this.#board.flush();
  }

  close(): void {
    this.#metrics.close();
    this.#board.close();
  }
}

/** @throws ForeframeError when a loss of this step is no number any more */
export function checkFinite(losses: readonly number[], step: number): void {
  if (losses.every(Number.isFinite)) return;
  throw new ForeframeError(
    `the loss is not a number any more at step ${step}: start again in another run folder, with a lower ` +
      'training.learningRate or with training.clipNorm set (a run keeps the settings that it was made with)',
  );
}
