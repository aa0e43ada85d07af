import type { PipelineConfig } from '../../config/config.js';
import { frameShapeOf } from '../../data/frameShape.js';
import type { Engine } from '../../engine/engine.js';
import { type FrameValues, Predictor, toBytes } from '../../engine/predictor.js';
import { framesByTime } from '../../evaluation/framesByTime.js';
import { clipMethodOf } from '../../methods/index.js';
import { clipStrip, plainStrip } from '../../runs/board/clipStrip.js';
import type { LoggedImage } from '../../runs/tensorboardEvents.js';
import type { Batch } from '../../stream/index.js';

/** Seconds of training before the first image, and how many times as many before each next one: a log of days stays small. */
const FIRST = 5;
const FARTHER = 2;

/** At most this share of the time of training goes into images for whoever watches it. */
const SHARE = 0.005;

/** The images of one clip. */
export interface ClipImages {
  /** A PNG without words and gaps for the run's `samples`: rows of truth, prediction and difference. */
  readonly sample: Uint8Array;
  /** The same for TensorBoard, where it is to be logged there. */
  readonly image?: LoggedImage;
}

/** At which validations an image is logged: after 5, 10, 20, 40 … seconds of training, and the last one. */
export class LogTimes {
  #next = FIRST;

  /** Asked once a validation. @param progress of the training, from 0 to 1 and above */
  isDue(seconds: number, progress: number): boolean {
    if (seconds < (progress < 1 ? this.#next : FIRST)) return false;
    this.#next = FARTHER * seconds;
    return true;
  }
}

/** At which validations an image of now is saved: as often as its share of the time allows. */
export class SaveTimes {
  #next = 0;

  /** @param progress of the training, from 0 to 1 and above: its last image is always saved */
  isDue(seconds: number, progress: number): boolean {
    return seconds >= this.#next || progress >= 1;
  }

  /** @param cost seconds that an image took */
  took(seconds: number, cost: number): void {
    this.#next = seconds + cost / SHARE;
  }
}

/**
 * What the weights expect of the first validation clip: truth, prediction from the true frames before, and their difference.
 * @param logged whether it is wanted for TensorBoard too
 */
export async function drawClip(
  engine: Engine,
  batch: Batch,
  { data, method }: PipelineConfig,
  logged: boolean,
): Promise<ClipImages> {
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
  const shape = { ...frame, channels: frame.channels === 1 ? 1 : 3 } as const;
  const sample = await plainStrip(rows, shape);
  return { sample, ...(logged && { image: await clipStrip(rows, shape) }) };
}
