import { ForeframeError } from '../../common/errors.js';
import type { Frame } from '../../video/frame.js';
import { colourMap } from '../parts/colourMap.js';

/** Errors that may get the brightest colour, as shares of the pixel range. */
const FULL_ERRORS = [0.02, 0.05, 0.1, 0.2, 0.5, 1];
/** Share of the errors that may be beyond the scale, so that a few pixels do not make all others dark. */
const BEYOND = 0.01;

/**
 * Where a prediction is wrong: the absolute difference of two frames, averaged over their channels, as colours from black (none)
 * over violet and red to pale yellow (`full` of the pixel range, and more). Time and place are those of `truth`.
 * @throws ForeframeError when the frames differ in size or channels.
 */
export function errorFrame(truth: Frame, prediction: Frame, full: number): Frame {
  const { width, height, channels } = truth;
  if (prediction.width !== width || prediction.height !== height || prediction.channels !== channels) {
    throw new ForeframeError(
      `cannot compare frames of different shapes: [${height}, ${width}, ${channels}] and ` +
        `[${prediction.height}, ${prediction.width}, ${prediction.channels}]`,
    );
  }
  const scale = 1 / (full * channels);
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

/** The scale on which the errors of all these predictions are seen: a round share of the pixel range, to be shown beside them. */
export function fullErrorOf(pairs: readonly { readonly truth: Frame; readonly prediction: Frame }[]): number {
  const counts = new Float64Array(256);
  let all = 0;
  for (const { truth, prediction } of pairs) {
    for (let at = 0; at < truth.data.length; at++)
      counts[Math.abs(truth.data[at]! - prediction.data[at]!)]! += 1;
    all += truth.data.length;
  }
  let [most, beyond] = [255, counts[255]!];
  while (most > 0 && beyond <= BEYOND * all) beyond += counts[--most]!;
  return FULL_ERRORS.find((full) => most <= 255 * full) ?? 1;
}
