import sharp from 'sharp';
import { colourMap } from '../parts/colourMap.js';
import { fitted, fittingSize, type Sheet, write } from './letters.js';
import { remembered } from './remembered.js';

/** Pixels of the band above a panel that holds its caption. */
export const CAPTION_HEIGHT = 28;
/** Grey of the band, and of everything around panels. */
export const BACKGROUND = 22;
/** From one line to the next, in font sizes. */
const LINE_STEP = 1.45;

/** Words in place of a frame. */
export interface Words {
  readonly lines: readonly string[];
  /** Striped, so that it does not look like a black frame. */
  readonly nothing?: boolean;
  /** Which colours stand for which errors, below the lines: the error (1 is the pixel range) that has the brightest. */
  readonly fullError?: number;
}

/** A caption as red-green-blue pixels, `CAPTION_HEIGHT` high. */
export async function captionBand(caption: string, width: number): Promise<Sheet> {
  const sheet = blank(width, CAPTION_HEIGHT);
  const size = fittingSize([caption], width);
  await write(sheet, fitted(caption, width, size), { x: width / 2, middle: CAPTION_HEIGHT / 2, size });
  return sheet;
}

/** Words as red-green-blue pixels of that size. */
export async function wordsTile(
  { lines, nothing, fullError }: Words,
  { width, height }: { width: number; height: number },
): Promise<Sheet> {
  const sheet = nothing
    ? { width, height, data: Uint8Array.from(await stripes(width, height)) }
    : blank(width, height);
  const size = fittingSize(lines, width);
  const step = LINE_STEP * size;
  const scaleLines = fullError === undefined ? 0 : 2.4;
  const top = height / 2 - ((lines.length + scaleLines - 1) * step) / 2;
  for (const [at, line] of lines.entries())
    await write(sheet, fitted(line, width, size), { x: width / 2, middle: top + at * step, size });
  if (fullError === undefined) return sheet;
  const [left, right] = [Math.round(0.12 * width), Math.round(0.88 * width)];
  const bar = Math.round(top + (lines.length - 0.2) * step);
  drawScale(sheet, left, right, bar, Math.round(0.7 * size));
  const numbers = { middle: bar + 1.6 * size, size };
  await write(sheet, '0', { ...numbers, x: left, anchor: 'start' });
  await write(sheet, `${fullError}${fullError < 1 ? ' +' : ''}`, { ...numbers, x: right, anchor: 'end' });
  return sheet;
}

/** The colours of errors from none to the largest, with a thin border that makes the darkest one visible. */
function drawScale(
  { data, width, height }: Sheet,
  left: number,
  right: number,
  top: number,
  high: number,
): void {
  for (let y = Math.max(0, top - 1); y <= Math.min(height - 1, top + high); y++)
    for (let x = left - 1; x <= right; x++) {
      const edge = x < left || x === right || y < top || y === top + high;
      const colour = 3 * Math.round((255 * (x - left)) / (right - left));
      for (let c = 0; c < 3; c++) data[3 * (y * width + x) + c] = edge ? 136 : colourMap[colour + c]!;
    }
}

function blank(width: number, height: number): Sheet {
  return { width, height, data: new Uint8Array(3 * width * height).fill(BACKGROUND) };
}

function stripes(width: number, height: number): Promise<Uint8Array> {
  return remembered(`stripes ${width} ${height}`, () => {
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs>` +
      '<pattern id="stripes" width="16" height="16" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
      '<rect width="16" height="16" fill="#3a3a3a"/><rect width="8" height="16" fill="#2e2e2e"/></pattern></defs>' +
      '<rect width="100%" height="100%" fill="url(#stripes)"/></svg>';
    return sharp(Buffer.from(svg)).toColourspace('srgb').removeAlpha().raw().toBuffer();
  });
}
