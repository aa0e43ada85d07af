import { ForeframeError } from '../../common/errors.js';
import { type SampleShape, shapeText } from '../view.js';

/** Share of red, green and blue in an image's brightness (ITU-R BT.601, as Pillow's and torchvision's grey). */
export const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114] as const;

/** Throws where samples have neither one channel nor red, green and blue. */
export function checkColours(input: SampleShape): SampleShape {
  if (input.channels !== 1 && input.channels !== 3)
    throw new ForeframeError(`colours need 1 or 3 channels, and these are ${shapeText(input)}`);
  return input;
}

/** Throws where samples are not of red, green and blue. */
export function checkRgb(input: SampleShape): SampleShape {
  if (input.channels !== 3)
    throw new ForeframeError(
      `this view needs the channels red, green and blue, and these are ${shapeText(input)}`,
    );
  return input;
}
