import type { Frame } from '../../video/frame.js';
import { colourMap } from '../parts/colourMap.js';

/** Numbers on a grid, `[height, width, channels]`, row by row. */
export interface ValueGrid {
  readonly values: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** An image: 0 is black, 1 is white; values beyond are clipped. */
export function imageFrame(grid: ValueGrid): Frame {
  return frame(
    grid,
    Uint8Array.from(grid.values, (value) => byte(255 * value)),
  );
}

/** An image with negative values: 0 is grey, the value farthest from it white or black. */
export function signedFrame(grid: ValueGrid): Frame {
  const scale = 127 / Math.max(farthest(grid.values), 1e-12);
  return frame(
    grid,
    Uint8Array.from(grid.values, (value) => byte(128 + scale * value)),
  );
}

/** Amounts, 0 and more, as colours from black to pale yellow; the largest is the brightest. One channel. */
export function amountFrame(grid: ValueGrid): Frame {
  const scale = 255 / Math.max(farthest(grid.values), 1e-12);
  return frame(
    { ...grid, channels: 3 },
    Uint8Array.from(
      Array.from(grid.values).flatMap((value) => {
        const at = 3 * byte(scale * value);
        return [colourMap[at]!, colourMap[at + 1]!, colourMap[at + 2]!];
      }),
    ),
  );
}

/** Evidence for and against: red where a value is positive, blue where it is negative, white at 0. One channel. */
export function evidenceFrame(grid: ValueGrid): Frame {
  const scale = 1 / Math.max(farthest(grid.values), 1e-12);
  return frame(
    { ...grid, channels: 3 },
    Uint8Array.from(
      Array.from(grid.values).flatMap((value) => {
        const left = 1 - Math.abs(value) * scale;
        // The strong ends are dark red and dark blue: distinct for any colour vision.
        return value >= 0
          ? [byte(178 + 77 * left), byte(24 + 231 * left), byte(43 + 212 * left)]
          : [byte(33 + 222 * left), byte(102 + 153 * left), byte(172 + 83 * left)];
      }),
    ),
  );
}

/** The same grid with as many rows and columns as a larger one: each value covers the part of it that it stands for. */
export function enlargeGrid(grid: ValueGrid, height: number, width: number): ValueGrid {
  const { values, channels } = grid;
  const large = new Float64Array(height * width * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [row, column] = [Math.floor((y * grid.height) / height), Math.floor((x * grid.width) / width)];
      for (let c = 0; c < channels; c++)
        large[(y * width + x) * channels + c] = values[(row * grid.width + column) * channels + c]!;
    }
  return { values: large, height, width, channels };
}

function frame({ height, width, channels }: Omit<ValueGrid, 'values'>, data: Uint8Array): Frame {
  return { data, height, width, channels, time: 0, index: 0, source: 'values' };
}

function byte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

function farthest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}
