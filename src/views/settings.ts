import { z } from 'zod';
import { grey } from './colour/grey.js';
import { colourJitter } from './colour/jitter.js';
import { noise } from './colour/noise.js';
import { compose } from './combine/compose.js';
import { sometimes } from './combine/sometimes.js';
import { stream } from './combine/stream.js';
import { cutout } from './hide/masks.js';
import { cropResize } from './place/cropResize.js';
import { flip } from './place/flip.js';
import { rotate90 } from './place/rotate90.js';
import { shift } from './place/shift.js';
import type { View } from './view.js';

const share = z.number().min(0).max(1);

function range(number: z.ZodNumber) {
  return z.tuple([number, number]).refine(([low, high]) => low <= high, {
    message: 'the first of the two must not be larger than the second',
  });
}

/** Random changes of the images or clips that a network trains on, the same for all frames of a clip; none by default. */
export const augmentationViews = z.strictObject({
  translate: z
    .int()
    .min(0)
    .max(16)
    .default(0)
    .describe('Shifted by up to this many pixels in each direction; the border is filled by mirroring.'),
  flip: z.boolean().default(false).describe('Half of the samples are mirrored left to right.'),
  crop: z
    .strictObject({
      area: range(z.number().positive().max(1))
        .default([0.2, 1])
        .describe("Share of the image's area, smallest and largest."),
      aspect: range(z.number().positive())
        .default([3 / 4, 4 / 3])
        .describe('Width ÷ height, smallest and largest.'),
    })
    .optional()
    .describe('A random part of the image, resized to the size of the image, before all other changes.'),
  turn: z.boolean().default(false).describe('Turned by 0, 90, 180 or 270 degrees.'),
  colour: z
    .strictObject({
      chance: share.default(0.8).describe('Share of all samples whose colours change.'),
      brightness: share.default(0.4).describe('Brightness is multiplied by a factor of 1 − x … 1 + x.'),
      contrast: share
        .default(0.4)
        .describe('The distance from the mean brightness is multiplied by such a factor.'),
      saturation: share.default(0.4).describe('The distance from grey is multiplied by such a factor.'),
      hue: z
        .number()
        .min(0)
        .max(0.5)
        .default(0.1)
        .describe('Hues are turned by up to this share of the colour circle.'),
    })
    .optional()
    .describe('Changes of colour; images of one channel take brightness and contrast only.'),
  grey: share.default(0).describe('Share of all samples that lose their colour.'),
  noise: z
    .number()
    .min(0)
    .max(255)
    .default(0)
    .describe('Standard deviation of the noise on every value; values are 0 to 255.'),
  cutout: z
    .int()
    .min(0)
    .default(0)
    .describe('Side of the hidden square in pixels; it may reach over the border.'),
});
export type AugmentationViews = z.infer<typeof augmentationViews>;

/** Whether these settings change any sample. */
export function changesSamples(settings: AugmentationViews): boolean {
  const { translate, flip, crop, turn, colour, grey, noise, cutout } = settings;
  return (
    translate > 0 || flip || turn || crop !== undefined || colour !== undefined || grey + noise + cutout > 0
  );
}

/**
 * The view that settings describe: crop, shift, flip, turn, colours, grey, noise, cutout, in this order. Shift and flip always draw, from
 * the random numbers themselves; every other view has a stream of its own, so that no setting shifts another's numbers.
 */
export function viewOf(settings: AugmentationViews): View {
  const { translate, crop, turn, colour, noise: sd, cutout: size } = settings;
  const views: View[] = [];
  if (crop) views.push(stream('crop', cropResize(crop)));
  views.push(shift(translate), flip(settings.flip ? 0.5 : 0));
  if (turn) views.push(stream('turn', rotate90()));
  if (colour) views.push(stream('colour', sometimes(colour.chance, colourJitter(colour))));
  if (settings.grey > 0) views.push(stream('grey', sometimes(settings.grey, grey())));
  if (sd > 0) views.push(stream('noise', noise(sd)));
  if (size > 0) views.push(stream('cutout', cutout(size)));
  return compose(...views);
}
