import { extname } from 'node:path';
import sharp, { type Metadata } from 'sharp';
import { ForeframeError } from '../../common/errors.js';
import { FileBytes } from '../containers/fileBytes.js';
import type { VideoSource } from './videoSource.js';

/** An image that is whole, but of a kind that would be read wrongly: never skipped as a corrupt one is. */
export class ImageKindError extends ForeframeError {}

const IMAGE_EXTENSIONS = new Set('.avif .heic .jpeg .jpg .png .tif .tiff .webp'.split(' '));
/** Images that neither sharp nor a sequence reads. */
const OTHER_IMAGES = new Set(
  '.bmp .dib .pgm .ppm .pnm .pbm .pam .pfm .tga .jp2 .j2k .jxl .dpx .exr .hdr .sgi .ras .pcx .xbm .xpm .dng .svg .psd'.split(
    ' ',
  ),
);

export function isImage(path: string): boolean {
  return IMAGE_EXTENSIONS.has(extname(path).toLowerCase());
}

/** Refuses image formats that are not supported, rather than reading each image as a video of one frame. */
export function refuseOtherImages(files: readonly string[]): void {
  const other = files.find((path) => OTHER_IMAGES.has(extname(path).toLowerCase()));
  if (other === undefined) return;
  const kind = extname(other).slice(1).toLowerCase();
  throw new ForeframeError(
    `${other}: ${kind} images are not read: convert them to PNG, for example with \`ffmpeg -i NAME.${kind} NAME.png\``,
  );
}

/**
 * How one image file is read: a TIFF of several pages as a sequence of them, an animated PNG or AVIF as a video,
 * which ffmpeg reads with its own times; any other as a sequence of one.
 */
export async function sourceOfImage(path: string, name: string): Promise<VideoSource> {
  const one: VideoSource = { kind: 'images', name, files: [path] };
  const animation = await animatedFormat(path).catch(() => undefined);
  if (animation) return { kind: 'file', name, path, ...(animation === 'apng' && { format: 'apng' }) };
  if (!/\.tiff?$/i.test(path)) return one;
  const size = async (page: number) => {
    const { width, height, pages = 1 } = await sharp(path, { page }).metadata();
    return { width, height, pages };
  };
  const first = await size(0).catch(() => undefined);
  const second = first && first.pages > 1 ? await size(1).catch(() => undefined) : undefined;
  // Pages of other sizes are reduced copies of the first; the reader refuses such a file.
  const alike = second?.width === first?.width && second?.height === first?.height;
  const pages = second && alike ? second.pages : 1;
  return pages === 1
    ? one
    : { ...one, files: Array(pages).fill(path), pages: Array.from({ length: pages }, (_, i) => i) };
}

/**
 * Refuse an image that would come out wrong: one of several where a single one is wanted, or of levels without known bounds.
 * @param page which page of the file is meant, where several are known to be in it
 * @throws ImageKindError
 */
export async function checkImageKind(path: string, page: number | undefined): Promise<void> {
  if (/\.png$/i.test(path) && (await animatedFormat(path))) {
    throw new ImageKindError(`${path} is an animation: name it by itself, not as one image of a sequence`);
  }
  if (!/\.(tiff?|webp|avif|heic)$/i.test(path)) return;
  if (await animatedFormat(path)) {
    throw new ImageKindError(`${path} is an animation: name it by itself, not as one image of a sequence`);
  }
  const { pages = 1, format, depth }: Metadata = await sharp(path, page ? { page } : {}).metadata();
  if (pages > 1 && format === 'webp') {
    throw new ImageKindError(
      `${path} is an animation of ${pages} images, which is not read: save it as an animated PNG, a GIF or a video`,
    );
  }
  if (pages > 1 && page === undefined && format === 'tiff') {
    throw new ImageKindError(
      `${path} holds ${pages} images: name it by itself if they are of one size, or save each as a file`,
    );
  }
  if (!['uchar', 'ushort'].includes(depth)) {
    throw new ImageKindError(
      `${path} stores its levels as ${depth}, without saying which is white: convert it to 8 or 16 bits a channel`,
    );
  }
}

/** Whether a PNG or AVIF moves: an animation chunk before the image, or the brand of a sequence. */
async function animatedFormat(path: string): Promise<'apng' | 'avif' | undefined> {
  if (!/\.(png|avif|heic)$/i.test(path)) return undefined;
  return FileBytes.of(path, async (file) => {
    const head = await file.read(0, 64);
    if (head.toString('latin1', 4, 8) === 'ftyp') {
      const brands = head.toString('latin1', 8, Math.min(64, head.readUInt32BE(0)));
      return /^(avis|hevc|msf1)/.test(brands) ? 'avif' : undefined;
    }
    if (head.toString('latin1', 1, 4) !== 'PNG') return undefined;
    for (let at = 8; at + 8 <= file.size; ) {
      const chunk = await file.read(at, 8);
      const kind = chunk.toString('latin1', 4, 8);
      if (kind === 'acTL') return 'apng';
      if (kind === 'IDAT') return undefined;
      at += 12 + chunk.readUInt32BE(0);
    }
    return undefined;
  });
}
