import { everyFrame, type SampleShape, type View } from '../view.js';
import { fillTaps, type Taps, tapsFor } from './resample.js';

export interface CropSettings {
  /** Share of the image's area, least and most. */
  readonly area?: readonly [number, number];
  /** Width ÷ height, least and most. */
  readonly aspect?: readonly [number, number];
  /** Of what comes out; the image's own by default. */
  readonly size?: { readonly height: number; readonly width: number };
}

export interface Crops {
  /** `[sample, 4]`: top, left, height and width of the part that is seen. */
  readonly boxes: Int32Array;
}

/**
 * A part of random area, aspect (uniform in its logarithm) and place, made as large as the image (Szegedy et al. 2014, arXiv 1409.4842). A
 * part that would be wider or higher than the image is cut off there, instead of drawn again: every sample takes four numbers.
 */
export function cropResize({
  area = [0.2, 1],
  aspect = [3 / 4, 4 / 3],
  size,
}: CropSettings = {}): View<Crops> {
  const shape = (input: SampleShape) => ({ ...input, ...size });
  return {
    shape,
    start({ height, width }, count, random) {
      const boxes = new Int32Array(4 * count);
      const between = ([low, high]: readonly [number, number]) => low + (high - low) * random.uniform();
      return {
        drawn: { boxes },
        draw(sample) {
          const pixels = between(area) * height * width;
          const ratio = Math.exp(between([Math.log(aspect[0]), Math.log(aspect[1])]));
          const down = Math.max(1, Math.min(height, Math.round(Math.sqrt(pixels / ratio))));
          const across = Math.max(1, Math.min(width, Math.round(Math.sqrt(pixels * ratio))));
          boxes[4 * sample] = random.integer(height - down + 1);
          boxes[4 * sample + 1] = random.integer(width - across + 1);
          boxes[4 * sample + 2] = down;
          boxes[4 * sample + 3] = across;
        },
      };
    },
    work: (input, { boxes }) => resized(input, shape(input), boxes),
  };
}

function resized(input: SampleShape, output: SampleShape, boxes: Int32Array) {
  const { channels } = input;
  const [rows, columns] = [tapsFor(input.height, output.height), tapsFor(input.width, output.width)];
  const rowBytes = input.width * channels;
  const rowWritten = output.width * channels;
  const values = tapsFor(input.width, output.width, channels);
  const wide = new Float32Array(input.height * rowWritten);
  let ready = -1;
  return everyFrame(input, output, (source, from, target, to, sample) => {
    const top = boxes[4 * sample]!;
    const height = boxes[4 * sample + 2]!;
    if (sample !== ready) {
      fillTaps(rows, 0, height, input.height);
      fillTaps(columns, boxes[4 * sample + 1]!, boxes[4 * sample + 3]!, input.width);
      spread(columns, channels, values);
      ready = sample;
    }
    for (let y = 0; y < height; y++)
      across(source, from + (top + y) * rowBytes, values, wide, y * rowWritten);
    for (let y = 0; y < output.height; y++) down(wide, rows, y, rowWritten, target, to + y * rowWritten);
  });
}

/** Taps of pixels as those of their channels, so that a row is one flat loop. */
function spread({ count, first, weights }: Taps, channels: number, values: Taps): void {
  for (let x = 0, k = 0; x < first.length; x++)
    for (let c = 0; c < channels; c++, k++) {
      values.first[k] = first[x]! * channels + c;
      for (let tap = 0; tap < count; tap++) values.weights[k * count + tap] = weights[x * count + tap]!;
    }
}

/** One row, resampled. */
function across(
  source: Uint8Array,
  from: number,
  { count, step, first, weights }: Taps,
  target: Float32Array,
  to: number,
): void {
  if (count === 2) {
    // The usual case: nothing becomes smaller.
    for (let k = 0; k < first.length; k++) {
      const at = from + first[k]!;
      target[to + k] = weights[2 * k]! * source[at]! + weights[2 * k + 1]! * source[at + step]!;
    }
    return;
  }
  for (let k = 0; k < first.length; k++) {
    const at = from + first[k]!;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) sum += weights[k * count + tap]! * source[at + tap * step]!;
    target[to + k] = sum;
  }
}

/** Row y of the result, of rows that are as wide already. */
function down(
  wide: Float32Array,
  { count, first, weights }: Taps,
  y: number,
  rowWritten: number,
  target: Uint8Array,
  to: number,
): void {
  const from = first[y]! * rowWritten;
  const at = y * count;
  if (count === 2) {
    const [upper, lower] = [weights[at]!, weights[at + 1]!];
    const next = from + rowWritten;
    for (let k = 0; k < rowWritten; k++)
      target[to + k] = 0.5 + upper * wide[from + k]! + lower * wide[next + k]!;
    return;
  }
  for (let k = 0; k < rowWritten; k++) {
    let sum = 0.5;
    for (let tap = 0; tap < count; tap++) sum += weights[at + tap]! * wide[from + tap * rowWritten + k]!;
    target[to + k] = sum;
  }
}
