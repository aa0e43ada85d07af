import { everyFrame, frameBytes, type SampleShape, type Work } from '../view.js';

/** Byte k of each frame becomes byte `table[k]` of the one read; the table may depend on the sample. */
export function gather(
  input: SampleShape,
  output: SampleShape,
  tableOf: (sample: number) => Int32Array,
): Work {
  const bytes = frameBytes(output);
  return everyFrame(input, output, (source, from, target, to, sample) => {
    const table = tableOf(sample);
    for (let k = 0; k < bytes; k++) target[to + k] = source[from + table[k]!]!;
  });
}

/**
 * Where the bytes of a frame come from.
 * @param pixelAt which pixel, counted row by row, is seen at row y, column x
 */
export function tableOf(
  { height, width, channels }: SampleShape,
  pixelAt: (y: number, x: number) => number,
): Int32Array {
  const table = new Int32Array(height * width * channels);
  let k = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pixel = pixelAt(y, x) * channels;
      for (let c = 0; c < channels; c++) table[k++] = pixel + c;
    }
  return table;
}
