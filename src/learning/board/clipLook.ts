import type { PipelineConfig } from '../../config/config.js';
import { frameShapeOf } from '../../data/frameShape.js';
import type { Engine } from '../../engine/engine.js';
import { type FrameValues, Predictor, toBytes } from '../../engine/predictor.js';
import { framesByTime } from '../../evaluation/framesByTime.js';
import { clipMethodOf } from '../../methods/index.js';
import { clipStrip } from '../../runs/board/clipStrip.js';
import type { LoggedImage } from '../../runs/tensorboardEvents.js';
import type { Batch } from '../../stream/index.js';

/** Seconds of training before the first look, and how many times as many before each next one: looks cost little beside it. */
const FIRST = 5;
const FARTHER = 2;

/** At which validations an image is logged: after 5, 10, 20, 40 … seconds of training, and the last one. */
export class Looks {
  #next = FIRST;

  /** Asked once a validation. @param progress of the training, from 0 to 1 and above */
  isDue(seconds: number, progress: number): boolean {
    if (seconds < (progress < 1 ? this.#next : FIRST)) return false;
    this.#next = FARTHER * seconds;
    return true;
  }
}

/**
 * What the weights expect of the first validation clip, for TensorBoard: truth, prediction from the true frames before, and their
 * difference.
 */
export async function lookAtClip(
  engine: Engine,
  batch: Batch,
  { data, method }: PipelineConfig,
): Promise<LoggedImage> {
  const frame = frameShapeOf(data);
  const size = frame.height * frame.width * frame.channels;
  const first = (values: FrameValues) => toBytes(values.subarray(0, size));
  const frames = framesByTime(batch);
  // What it was trained to give: the next frame, or the one that it was shown.
  const ahead = clipMethodOf(method).target === 'next' ? 1 : 0;
  const predictor = new Predictor(engine);
  const truth: Uint8Array[] = [];
  const predicted: Uint8Array[] = [];
  for (let t = 0; t + 1 < frames.length; t++) {
    predicted.push(first(await predictor.watch(frames[t]!)));
    truth.push(first(frames[t + ahead]!));
  }
  const difference = truth.map((bytes, t) => bytes.map((value, at) => Math.abs(value - predicted[t]![at]!)));
  const rows = [
    { label: 'truth', frames: truth },
    { label: 'prediction', frames: predicted },
    { label: 'difference', frames: difference },
  ];
  return clipStrip(rows, { ...frame, channels: frame.channels === 1 ? 1 : 3 });
}
