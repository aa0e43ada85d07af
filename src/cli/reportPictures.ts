import { errorFrame } from '../report/errorMap.js';
import type { Picture } from '../report/reportData.js';
import type { FrameSource } from '../stream/frameSource.js';
import { heldOutBatches } from '../training/batches.js';
import type { PipelineConfig } from '../training/config.js';
import type { Engine } from '../training/engine.js';
import { framesByTime } from '../training/framesByTime.js';
import { type FrameValues, Predictor, toBytes } from '../training/predictor.js';
import { type Frame, filmstrip } from '../video/index.js';

/** Frames a strip shows at the most: more would not fit on a page. */
const STRIP_FRAMES = 10;

/** Filmstrips of the first test clips: predictions from true frames, and a rollout. */
export async function reportPictures(
  config: PipelineConfig,
  engine: Engine,
  source: FrameSource,
): Promise<Picture[]> {
  const { steps } = config.data;
  for await (const batch of heldOutBatches(source, 'test', config.data, config.training.batch)) {
    const times = framesByTime(batch);
    const clip = (values: readonly FrameValues[], index: number) =>
      framesOfClip(values, index, batch.shape[0], config);
    const predictor = new Predictor(engine);
    const forced = await teacherForced(predictor, times.slice(0, steps));
    const pictures: Picture[] = [];
    for (let index = 0; index < Math.min(2, batch.clips.length); index++) {
      pictures.push(await forcedPicture(index, clip(times.slice(1), index), clip(forced, index)));
    }
    const shown = Math.max(1, Math.floor(steps / 2));
    const rolled = await rollout(predictor, times, shown, steps);
    pictures.push(await rolloutPicture(shown, clip(times.slice(shown), 0), clip(rolled, 0)));
    return pictures;
  }
  return [];
}

/** The prediction after each of `frames`. */
async function teacherForced(predictor: Predictor, frames: readonly FrameValues[]): Promise<FrameValues[]> {
  predictor.reset();
  const predictions: FrameValues[] = [];
  for (const frame of frames) predictions.push(await predictor.watch(frame));
  return predictions;
}

/** What the model expects after the first `shown` frames, to the clip's end. */
async function rollout(
  predictor: Predictor,
  times: readonly FrameValues[],
  shown: number,
  steps: number,
): Promise<FrameValues[]> {
  const predictions = await teacherForced(predictor, times.slice(0, shown));
  return predictor.rollout(predictions.at(-1)!, steps + 1 - shown);
}

async function forcedPicture(index: number, truth: Frame[], guess: Frame[]): Promise<Picture> {
  const [shownTruth, shownGuess] = [truth.slice(-STRIP_FRAMES), guess.slice(-STRIP_FRAMES)];
  return {
    title: `Next frame, test clip ${index + 1}`,
    caption:
      'Every prediction is made from the true frames before it. Errors are bright; half of the pixel range is white.',
    png: await filmstrip([
      { label: 'truth', frames: shownTruth },
      { label: 'prediction', frames: shownGuess },
      { label: 'error', frames: shownTruth.map((frame, t) => errorFrame(frame, shownGuess[t]!)) },
    ]),
  };
}

async function rolloutPicture(shown: number, truth: Frame[], guess: Frame[]): Promise<Picture> {
  return {
    title: 'Rollout, test clip 1',
    caption: `After ${shown} frames the model sees only its own predictions.`,
    png: await filmstrip([
      { label: 'truth', frames: truth.slice(0, STRIP_FRAMES) },
      { label: 'rollout', frames: guess.slice(0, STRIP_FRAMES) },
    ]),
  };
}

/** One clip of a batch, as frames to look at. */
function framesOfClip(
  values: readonly FrameValues[],
  clip: number,
  clips: number,
  { data: { width, height, color } }: PipelineConfig,
): Frame[] {
  return values.map((batch, t) => {
    const size = batch.length / clips;
    return {
      data: toBytes(batch.subarray(clip * size, (clip + 1) * size)),
      width,
      height,
      channels: color === 'grey' ? 1 : 3,
      time: t,
      index: t,
      source: 'test',
    };
  });
}
