import { fillTaps, tapsFor } from '../place/resample.js';
import type { SampleShape } from '../view.js';
import type { MaskDraw } from './masked.js';

/** Random heights on a coarse grid, interpolated; hidden are the highest pixels, as many as the area asks for. */
export function regionDraw({ height, width }: SampleShape, area: number, cells: number): MaskDraw {
  const [rows, columns] = [tapsFor(cells, height), tapsFor(cells, width)];
  fillTaps(rows, 0, cells, cells);
  fillTaps(columns, 0, cells, cells);
  const coarse = new Float32Array(cells * cells);
  const wide = new Float32Array(cells * width);
  const heights = new Float32Array(height * width);
  const hidden = Math.round(area * height * width);
  return (mask, random) => {
    for (let i = 0; i < coarse.length; i++) coarse[i] = random.uniform();
    for (let y = 0; y < cells; y++)
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let tap = 0; tap < columns.count; tap++)
          sum += columns.weights[x * columns.count + tap]! * coarse[y * cells + columns.first[x]! + tap]!;
        wide[y * width + x] = sum;
      }
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let tap = 0; tap < rows.count; tap++)
          sum += rows.weights[y * rows.count + tap]! * wide[(rows.first[y]! + tap) * width + x]!;
        heights[y * width + x] = sum;
      }
    hideHighest(mask, heights, hidden);
  };
}

/** Where heights are equal, the first pixels are hidden until there are as many as wanted. */
function hideHighest(mask: Uint8Array, heights: Float32Array, hidden: number): void {
  if (hidden === 0) return;
  const least = nthHighest(heights, hidden);
  let level = hidden;
  for (let pixel = 0; pixel < mask.length; pixel++) if (heights[pixel]! > least) level--;
  for (let pixel = 0; pixel < mask.length; pixel++)
    if (heights[pixel]! > least || (heights[pixel] === least && level-- > 0)) mask[pixel] = 1;
}

/** The n-th highest of heights in [0, 1): those of one of 256 shelves are sorted, not all. */
function nthHighest(heights: Float32Array, n: number): number {
  const counts = new Int32Array(257);
  for (let i = 0; i < heights.length; i++) counts[Math.trunc(256 * heights[i]!)]!++;
  let [shelf, above] = [256, 0];
  while (above + counts[shelf]! < n) above += counts[shelf--]!;
  const here = heights.filter((height) => Math.trunc(256 * height) === shelf).sort();
  return here[here.length - (n - above)]!;
}
