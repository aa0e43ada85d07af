import { ForeframeError } from '../../common/errors.js';
import { isImage, refuseOtherImages } from './imageFile.js';
import { naturalOrder } from './naturalOrder.js';
import { walk } from './sources.js';
import type { VideoSource } from './videoSource.js';

/**
 * The images in a folder and below it, each a source of its own, sorted.
 * @throws ForeframeError when there are none, or of a kind that is not read
 */
export async function imagesIn(folder: string): Promise<VideoSource[]> {
  const files = (await walk(folder)).sort(naturalOrder);
  const images = files.filter(isImage);
  if (images.length > 0) return images.map((path) => ({ kind: 'images', name: path, files: [path] }));
  refuseOtherImages(files);
  throw new ForeframeError(`the folder ${folder} holds no images: put .png or .jpg files into it`);
}
