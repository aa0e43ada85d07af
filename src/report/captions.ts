import sharp from 'sharp';
import { escapeHtml } from './escape.js';

/** Pixels of the band above a panel that holds its caption. */
export const CAPTION_HEIGHT = 28;
/** Grey of the band, and of everything around panels. */
export const BACKGROUND = 22;
const FONT_SIZE = 15;
/** Average width of a letter, in font sizes. */
const LETTER_WIDTH = 0.58;
const SMALLEST_FONT = 9;
/** Captions that change from frame to frame (a running time) must not fill the memory. */
const MOST_KEPT = 256;

const kept = new Map<string, Promise<Uint8Array>>();

/** A caption as a grey picture of `width` × `CAPTION_HEIGHT` bytes, drawn once and then remembered. Not to be written to. */
export function captionBand(caption: string, width: number): Promise<Uint8Array> {
  const key = `${width}:${caption}`;
  let band = kept.get(key);
  if (!band) {
    band = draw(caption, width);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(key, band);
  }
  return band;
}

async function draw(caption: string, width: number): Promise<Uint8Array> {
  const letters = [...caption];
  const fitting = (width - 8) / (LETTER_WIDTH * Math.max(1, letters.length));
  const size = Math.max(SMALLEST_FONT, Math.min(FONT_SIZE, fitting));
  const room = Math.max(1, Math.floor((width - 8) / (LETTER_WIDTH * size)));
  const text = letters.length > room ? `${letters.slice(0, room - 1).join('')}…` : caption;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${CAPTION_HEIGHT}">
<rect width="100%" height="100%" fill="rgb(${BACKGROUND},${BACKGROUND},${BACKGROUND})"/>
<text x="50%" y="${CAPTION_HEIGHT / 2 + size * 0.35}" text-anchor="middle" fill="#eee"
 font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="${size}">${escapeHtml(text)}</text></svg>`;
  const { data, info } = await sharp(Buffer.from(svg))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const grey = new Uint8Array(width * CAPTION_HEIGHT);
  for (let at = 0; at < grey.length; at++) grey[at] = data[at * info.channels]!;
  return grey;
}
