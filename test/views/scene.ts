import sharp from 'sharp';
import type { Samples } from '../../src/views/index.js';

type Colour = readonly [number, number, number];

/**
 * A scene that looks different from every side (a house with a chimney to the right of a tree, the sun above), to look at views with.
 * @param at 0 … 1: the sun's way across the sky
 * @returns RGB, `[side, side, 3]`
 */
export function scene(side: number, at = 0.2): Uint8Array {
  const fine = 4;
  const pixels = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let i = 0; i < fine * fine; i++)
          sum += colourAt(
            (x + ((i % fine) + 0.5) / fine) / side,
            (y + (Math.floor(i / fine) + 0.5) / fine) / side,
            at,
          )[c]!;
        pixels[(y * side + x) * 3 + c] = Math.round(sum / fine ** 2);
      }
  return pixels;
}

/** What is to be seen at (x, y), 0 … 1 from the left and from the top. */
function colourAt(x: number, y: number, at: number): Colour {
  const within = (left: number, right: number, top: number, bottom: number) =>
    x >= left && x < right && y >= top && y < bottom;
  if (within(0.68, 0.76, 0.66, 0.86)) return [90, 50, 30];
  if (within(0.52, 0.6, 0.62, 0.72)) return [250, 230, 120];
  if (within(0.46, 0.84, 0.55, 0.86)) return [220, 200, 180];
  if (y < 0.55 && y > 0.32 && Math.abs(x - 0.65) < y - 0.3) return [180, 40, 40];
  if (within(0.76, 0.82, 0.28, 0.5)) return [120, 60, 50];
  if (Math.hypot(x - 0.22, y - 0.55) < 0.15) return [30, 120, 40];
  if (within(0.19, 0.25, 0.6, 0.86)) return [100, 70, 40];
  if (Math.hypot(x - 0.1 - 0.8 * at, y - 0.14) < 0.09) return [255, 220, 40];
  return y < 0.8 ? [90 + 130 * y, 160 + 70 * y, 250] : [70, 170 - 200 * (y - 0.8), 60];
}

/** All hues from left to right, from white over the pure colour to black from top to bottom. */
export function gradient(side: number): Uint8Array {
  const pixels = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < 3; c++) {
        const place = ((6 * x) / side + [0, 4, 2][c]!) % 6;
        const pure = Math.max(0, Math.min(1, Math.abs(place - 3) - 1));
        const light = 1 - (y + 0.5) / side;
        pixels[(y * side + x) * 3 + c] = Math.round(
          255 * (light > 0.5 ? pure + (1 - pure) * (2 * light - 1) : 2 * light * pure),
        );
      }
  return pixels;
}

/** Every sample a row, its frames side by side, each row as often as there are batches, one beside the other; enlarged three times. */
export async function sheet(...batches: readonly Samples[]): Promise<Buffer> {
  const [gap, zoom] = [2, 3];
  const { count } = batches[0]!;
  const rowHeight = Math.max(...batches.map(({ height }) => height)) + gap;
  const width = batches.reduce((sum, batch) => sum + batch.frames * (batch.width + gap), gap);
  const height = count * rowHeight + gap;
  const pixels = new Uint8Array(width * height * 3).fill(255);
  let left = gap;
  for (const batch of batches)
    for (let frame = 0; frame < batch.frames; frame++, left += batch.width + gap)
      for (let sample = 0; sample < count; sample++)
        paste(batch, sample, frame, pixels, width, left, sample * rowHeight + gap);
  return await sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize(width * zoom, height * zoom, { kernel: 'nearest' })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** One channel is grey; two are shown as red and green. */
function paste(
  { frames, height, width, channels, data }: Samples,
  sample: number,
  frame: number,
  pixels: Uint8Array,
  sheetWidth: number,
  left: number,
  top: number,
): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        const from = (((sample * frames + frame) * height + y) * width + x) * channels;
        const value = channels === 1 ? data[from]! : c < channels ? data[from + c]! : 0;
        pixels[((top + y) * sheetWidth + left + x) * 3 + c] = value;
      }
}
