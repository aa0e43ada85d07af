import { ForeframeError } from '../common/errors.js';
import type { Frame } from '../video/frame.js';
import { colourMap } from './colourMap.js';

/** Differences of this many of the 255 steps and more get the brightest colour: most errors of a trained model are far smaller. */
export const FULL_ERROR = 128;

/**
 * Where a prediction is wrong: the absolute difference of two frames, averaged over their channels, as colours from black (none)
 * over violet and red to pale yellow (`FULL_ERROR` steps of 255, and more). Time and place are those of `truth`.
 * @throws ForeframeError when the frames differ in size or channels.
 */
export function errorFrame(truth: Frame, prediction: Frame): Frame {
  const { width, height, channels } = truth;
  if (prediction.width !== width || prediction.height !== height || prediction.channels !== channels) {
    throw new ForeframeError(
      `cannot compare frames of different shapes: [${height}, ${width}, ${channels}] and ` +
        `[${prediction.height}, ${prediction.width}, ${prediction.channels}]`,
    );
  }
  const scale = 255 / (FULL_ERROR * channels);
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    let difference = 0;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++) {
      difference += Math.abs(truth.data[at]! - prediction.data[at]!);
    }
    const colour = 3 * Math.min(255, Math.round(difference * scale));
    data[pixel * 3] = colourMap[colour]!;
    data[pixel * 3 + 1] = colourMap[colour + 1]!;
    data[pixel * 3 + 2] = colourMap[colour + 2]!;
  }
  return { ...truth, channels: 3, data };
}
