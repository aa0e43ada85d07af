import sharp, { type Metadata } from 'sharp';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { fileFacts, NO_FILE } from '../containers/fileFacts.js';
import { checkImageKind, ImageKindError } from '../sources/imageFile.js';
import type { VideoInfo } from './videoInfo.js';

/**
 * What sharp says about an image sequence.
 * @param pages which image of each file, where files hold several
 * @param rate images per second
 * @throws ForeframeError when none of the images can be read, or one is of a kind that is not read
 */
export async function probeImages(
  files: readonly string[],
  pages: readonly number[] | undefined,
  name: string,
  rate: number,
): Promise<VideoInfo> {
  let first: unknown;
  let image: Metadata | undefined;
  // The reader handles an image that cannot be read: it skips it or fails, by its options.
  for (const [at, file] of files.entries()) {
    try {
      await checkImageKind(file, pages?.[at]);
      image = await sharp(file).metadata();
      break;
    } catch (error) {
      if (error instanceof ImageKindError) throw error;
      first ??= new ForeframeError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
    }
  }
  if (!image) throw first;
  return {
    path: name,
    width: image.autoOrient.width,
    height: image.autoOrient.height,
    duration: files.length / rate,
    begin: 0,
    frameRate: rate,
    frameCount: files.length,
    constantRate: true,
    rotation: 0,
    codec: image.format,
    pixelFormat: image.hasAlpha ? 'rgba' : image.channels === 1 ? 'gray' : 'rgb24',
    file: fileFacts(NO_FILE, '', 0),
  };
}
