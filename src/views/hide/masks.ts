import type { View } from '../view.js';
import { hide, type Masks, masked } from './masked.js';
import { regionDraw } from './region.js';

const GREY = 128;

/** Hides the middle: `size` of each side, one half by default (context encoders, Pathak et al. 2016, arXiv 1604.07379). */
export function hideCentre({ size = 0.5, fill = GREY } = {}): View<Masks> {
  return masked((input) => {
    const [down, across] = [Math.round(size * input.height), Math.round(size * input.width)];
    return (mask) => hide(mask, input, (input.height - down) >> 1, (input.width - across) >> 1, down, across);
  }, fill);
}

/** Hides rectangles that may overlap, each inside the image, with sides of a drawn share of the image's. */
export function hideBlocks({
  count = 5,
  sides = [0.2, 0.3],
  fill = GREY,
}: {
  readonly count?: number;
  readonly sides?: readonly [number, number];
  readonly fill?: number;
} = {}): View<Masks> {
  return masked(
    (input) => (mask, random) => {
      const [low, high] = sides;
      const side = (whole: number) =>
        Math.max(1, Math.round((low + (high - low) * random.uniform()) * whole));
      for (let block = 0; block < count; block++) {
        const [down, across] = [side(input.height), side(input.width)];
        hide(
          mask,
          input,
          random.integer(input.height - down + 1),
          random.integer(input.width - across + 1),
          down,
          across,
        );
      }
    },
    fill,
  );
}

/**
 * Hides a region of random form that covers exactly the share `area` of the image, rounded to pixels.
 * @param cells number of random heights in each direction that the form follows: the more, the smaller its parts
 */
export function hideRegion({ area = 0.25, cells = 6, fill = GREY } = {}): View<Masks> {
  return masked((input) => regionDraw(input, area, cells), fill);
}

/**
 * Hides one square that may hang over the border: its centre is uniform in the image (Cutout, DeVries & Taylor 2017, arXiv 1708.04552).
 * @param size pixels of a side
 */
export function cutout(size: number, fill = GREY): View<Masks> {
  return masked(
    (input) => (mask, random) => {
      const [down, across] = [random.integer(input.height), random.integer(input.width)];
      hide(mask, input, down - (size >> 1), across - (size >> 1), size, size);
    },
    fill,
  );
}
