import { ForeframeError } from '../../common/errors.js';
import { copying, everyFrame, type SampleShape, shapeText, type View } from '../view.js';

export interface Shifts {
  /** `[sample, 2]`: how many pixels further down and further right is read. */
  readonly offsets: Int32Array;
}

/**
 * Moved by at most `pixels` each way; what is missing at the border is mirrored there, and the border pixel is not repeated (Laine & Aila,
 * arXiv 1610.02242: two pixels on CIFAR-10).
 * @param pixels less than height and width
 */
export function shift(pixels: number): View<Shifts> {
  return {
    shape(input) {
      if (pixels >= Math.min(input.height, input.width))
        throw new ForeframeError(
          `a shift of ${pixels} pixels is too large for ${shapeText(input)}: set it below ${Math.min(input.height, input.width)}`,
        );
      return input;
    },
    start(_input, count, random) {
      const offsets = new Int32Array(2 * count);
      return {
        drawn: { offsets },
        draw(sample) {
          offsets[2 * sample] = random.integer(2 * pixels + 1) - pixels;
          offsets[2 * sample + 1] = random.integer(2 * pixels + 1) - pixels;
        },
      };
    },
    work: (input, { offsets }) => shifted(input, offsets),
  };
}

function shifted(input: SampleShape, offsets: Int32Array) {
  const { height, width, channels } = input;
  const bytes = width * channels;
  const columns = new Int32Array(bytes);
  const copy = copying({ ...input, frames: 1 });
  return everyFrame(input, input, (source, from, target, to, sample) => {
    const [down, right] = [offsets[2 * sample]!, offsets[2 * sample + 1]!];
    if (down === 0 && right === 0) return copy(source, from, target, to, sample);
    for (let x = 0, k = 0; x < width; x++) {
      const column = reflected(x + right, width) * channels;
      for (let c = 0; c < channels; c++) columns[k++] = column + c;
    }
    for (let y = 0; y < height; y++) {
      const row = from + reflected(y + down, height) * bytes;
      const at = to + y * bytes;
      for (let k = 0; k < bytes; k++) target[at + k] = source[row + columns[k]!]!;
    }
  });
}

/** A place outside of 0 … side − 1 mirrored at the border pixel, which is not repeated. */
function reflected(place: number, side: number): number {
  if (place < 0) return -place;
  return place < side ? place : 2 * (side - 1) - place;
}
