import sharp from 'sharp';
import type { Frame } from '../../video/frame.js';

/** Values of a frame up to which lossless images of it cost little: 77×77 in grey, 44×44 in colour. */
const MOST_LOSSLESS = 6000;

/** Whether images of frames of this size should keep every value: of larger ones a page would have megabytes. */
export function keepsAll({ width, height, channels }: Pick<Frame, 'width' | 'height' | 'channels'>): boolean {
  return width * height * channels <= MOST_LOSSLESS;
}

/** A PNG as it stands in a page: as it is, or of large frames as a WebP of a quarter of its size without visible loss. */
export async function compact(png: Buffer, shown: Frame): Promise<Uint8Array> {
  if (keepsAll(shown)) return png;
  return sharp(png).webp({ quality: 90, smartSubsample: true, effort: 4 }).toBuffer();
}
