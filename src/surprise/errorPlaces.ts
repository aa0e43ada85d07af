/** Size of frames, in pixels and values a pixel. */
export interface FrameSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Cells along the shorter side: enough to say where, few enough that each has pixels to average over. */
const CELLS = 16;

/** A frame in cells: squares of pixels, cut at the right and lower border. */
export interface CellGrid {
  /** Pixels along the side of a cell. */
  readonly side: number;
  readonly rows: number;
  readonly columns: number;
}

export function cellGrid({ height, width }: FrameSize): CellGrid {
  const side = Math.max(1, Math.round(Math.min(height, width) / CELLS));
  return { side, rows: Math.ceil(height / side), columns: Math.ceil(width / side) };
}

/**
 * Mean squared error per pixel value: of the whole frame, and of each cell.
 * @param truth `[height, width, channels]`, uint8 @param expected the same in [0, 1]
 * @param cells `[rows, columns]`, written
 */
export function errorsInPlace(
  truth: Uint8Array,
  expected: Float32Array,
  { height, width, channels }: FrameSize,
  { side, columns }: CellGrid,
  cells: Float64Array,
): number {
  cells.fill(0);
  let [whole, at] = [0, 0];
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / side) * columns;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let c = 0; c < channels; c++, at++) sum += (truth[at]! / 255 - expected[at]!) ** 2;
      cells[row + Math.floor(x / side)]! += sum;
      whole += sum;
    }
  }
  for (let cell = 0; cell < cells.length; cell++) {
    const [y, x] = [Math.floor(cell / columns) * side, (cell % columns) * side];
    cells[cell]! /= Math.min(side, height - y) * Math.min(side, width - x) * channels;
  }
  return whole / (height * width * channels);
}
