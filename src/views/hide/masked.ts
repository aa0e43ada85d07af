import type { Random } from '../../common/random.js';
import { copying, everyFrame, type SampleShape, type View } from '../view.js';

export interface Masks {
  /** `[sample, height, width]`: 1 where the sample is hidden. */
  readonly masks: Uint8Array;
}

/** Draws a mask of zeros full, with as many numbers each time. */
export type MaskDraw = (mask: Uint8Array, random: Random) => void;

/**
 * Samples that are hidden where a drawn mask says so, the same part in every frame.
 * @param drawing for samples of a shape
 * @param fill value 0 … 255 that is seen instead
 */
export function masked(drawing: (input: SampleShape) => MaskDraw, fill: number): View<Masks> {
  return {
    shape: (input) => input,
    start(input, count, random) {
      const pixels = input.height * input.width;
      const masks = new Uint8Array(pixels * count);
      const drawMask = drawing(input);
      return {
        drawn: { masks },
        draw: (sample) => drawMask(masks.subarray(sample * pixels, (sample + 1) * pixels), random),
      };
    },
    work(input, { masks }) {
      const { channels } = input;
      const pixels = input.height * input.width;
      const copy = copying({ ...input, frames: 1 });
      return everyFrame(input, input, (source, from, target, to, sample) => {
        copy(source, from, target, to, sample);
        const mask = sample * pixels;
        for (let pixel = 0; pixel < pixels; pixel++)
          if (masks[mask + pixel] === 1)
            for (let k = to + pixel * channels, c = 0; c < channels; c++) target[k + c] = fill;
      });
    },
  };
}

/** Sets a rectangle, cut off at the image's border. */
export function hide(
  mask: Uint8Array,
  { height, width }: SampleShape,
  top: number,
  left: number,
  down: number,
  across: number,
): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + down); y++)
    mask.fill(1, y * width + Math.max(0, left), y * width + Math.max(0, Math.min(width, left + across)));
}
