import sharp from 'sharp';
import { escapeHtml } from '../parts/escape.js';
import { remembered } from './remembered.js';

const FONT = 'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace"';
/** Width of every letter and height of its line, in font sizes. */
const ADVANCE = 0.62;
const LINE = 1.4;
const LIGHT = 238;
/** Legible font sizes. */
const SIZES = [15, 14, 13, 12, 11, 10, 9];

/** Red-green-blue pixels that are written on. */
export interface Sheet {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The largest legible font size at which the longest line fits into `width` pixels. */
export function fittingSize(lines: readonly string[], width: number): number {
  const longest = Math.max(1, ...lines.map((line) => [...line].length));
  return SIZES.find((size) => advanceOf(size) * longest <= width - 4) ?? SIZES.at(-1)!;
}

/** As much of a line as fits into `width` pixels. */
export function fitted(line: string, width: number, size: number): string {
  const letters = [...line];
  const room = Math.max(1, Math.floor((width - 4) / advanceOf(size)));
  return letters.length > room ? `${letters.slice(0, room - 1).join('')}…` : line;
}

/**
 * Write a line in light letters onto a sheet, `x` its left end, middle or right end. Letters are drawn once and then remembered:
 * numbers that change with every frame of a video cost copies only.
 * @param middle pixels from the top to the middle of the line
 */
export async function write(
  sheet: Sheet,
  line: string,
  {
    x,
    middle,
    size,
    anchor = 'middle',
  }: { x: number; middle: number; size: number; anchor?: 'start' | 'middle' | 'end' },
): Promise<void> {
  const letters = [...line];
  const advance = advanceOf(size);
  const wide = advance * letters.length;
  const left = Math.round(x - { start: 0, middle: wide / 2, end: wide }[anchor]);
  const top = Math.round(middle - (LINE * size) / 2);
  const drawn = await Promise.all(letters.map((letter) => glyph(letter, size)));
  drawn.forEach((amounts, at) => {
    if (letters[at] !== ' ') stamp(sheet, amounts, left + at * advance, top, advance);
  });
}

function stamp(
  { data, width, height }: Sheet,
  amounts: Uint8Array,
  left: number,
  top: number,
  wide: number,
): void {
  for (let i = 0; i < amounts.length; i++) {
    const amount = amounts[i]!;
    const [x, y] = [left + (i % wide), top + Math.floor(i / wide)];
    if (amount === 0 || x < 0 || y < 0 || x >= width || y >= height) continue;
    const at = 3 * (y * width + x);
    for (let c = at; c < at + 3; c++) data[c] = data[c]! + ((LIGHT - data[c]!) * amount) / 255;
  }
}

/** How far each pixel of a letter's cell is covered, 0 to 255. */
function glyph(letter: string, size: number): Promise<Uint8Array> {
  const [width, height] = [advanceOf(size), Math.ceil(LINE * size)];
  return remembered(`letter ${size} ${letter}`, async () => {
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%"/>` +
      `<text x="50%" y="${height / 2 + 0.35 * size}" text-anchor="middle" fill="#fff" ${FONT} font-size="${size}">` +
      `${escapeHtml(letter)}</text></svg>`;
    const { data, info } = await sharp(Buffer.from(svg))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return Uint8Array.from({ length: width * height }, (_, at) => data[at * info.channels]!);
  });
}

function advanceOf(size: number): number {
  return Math.ceil(ADVANCE * size);
}
