import sharp from 'sharp';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { EmptyStretchError } from '../emptyStretch.js';
import type { Frame } from '../frame.js';
import { checkFrameOptions, type FrameOptions, throwIfAborted } from '../frameOptions.js';
import { checkImageKind, ImageKindError } from './imageFile.js';
import type { VideoSource } from './sources.js';

/** Images per second of a sequence for which no rate is given, as in ffmpeg. */
export const IMAGE_RATE = 25;

/**
 * The frames of an image sequence: image `i` is shown at `i / rate` seconds. Images turned by their camera (EXIF) come
 * upright, transparent parts on black.
 * @throws ForeframeError naming the first image that cannot be read, when corrupt ones are to fail or none is whole;
 * ImageKindError naming one that would be read wrongly (an animation among images, floating-point levels).
 */
export async function* readImages(
  source: Extract<VideoSource, { kind: 'images' }>,
  options: FrameOptions,
): AsyncGenerator<Frame> {
  checkFrameOptions(options);
  const { rate = IMAGE_RATE, start = 0, duration = Number.POSITIVE_INFINITY } = options;
  const channels = options.color === 'grey' ? 1 : 3;
  let index = 0;
  let skipped = 0;
  let firstMessage = '';
  for (const [at, file] of source.files.entries()) {
    const time = at / rate;
    // Half a microsecond of tolerance, so that a start of 0.1 s at rate 10 is image 1 whatever the rounding.
    if (time < start - 5e-7 || time >= start + duration - 5e-7) continue;
    throwIfAborted(options.signal, `reading ${source.name}`);
    const data = await readImage(file, source.pages?.[at], options).catch((error) => {
      if (error instanceof ImageKindError) throw error;
      const message = `cannot read ${file}: ${messageOf(error).split('\n')[0]}`;
      if (options.onCorrupt === 'fail') throw new ForeframeError(message, { cause: error });
      skipped++;
      firstMessage ||= message;
      return undefined;
    });
    if (!data) continue;
    yield {
      data,
      width: options.width,
      height: options.height,
      channels,
      time,
      index: index++,
      source: source.name,
    };
  }
  if (index === 0) {
    if (firstMessage) throw new ForeframeError(firstMessage);
    const shown = `${source.files.length} images at ${rate} per second`;
    throw new EmptyStretchError(
      `${source.name} has no image from ${start} s on (${shown}): choose an earlier start`,
    );
  }
  if (skipped > 0) options.onSkip?.({ source: source.name, count: skipped, message: firstMessage });
}

async function readImage(
  file: string,
  page: number | undefined,
  { width, height, color, fit = 'fill' }: FrameOptions,
): Promise<Uint8Array> {
  await checkImageKind(file, page);
  const rgb = await sharp(file, page ? { page } : {})
    .autoOrient()
    .flatten({ background: '#000' })
    .resize(width, height, { fit, background: '#000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer();
  const pixels = width * height;
  const channels = rgb.length / pixels;
  const frame = new Uint8Array(pixels * (color === 'grey' ? 1 : 3));
  for (let i = 0; i < pixels; i++) {
    const red = rgb[i * channels]!;
    // A grey image stays one channel wide.
    const green = channels < 3 ? red : rgb[i * channels + 1]!;
    const blue = channels < 3 ? red : rgb[i * channels + 2]!;
    // The luma that ffmpeg computes (BT.601), so that a video and its images give the same grey.
    if (color === 'grey') frame[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else frame.set([red, green, blue], i * 3);
  }
  return frame;
}
