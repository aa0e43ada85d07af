import { UsageError } from '../../common/errors.js';
import type { FrameShape } from '../videoModel.js';

/**
 * Height and width before the first and after every one of `layers` 2×2 poolings, outermost first.
 * @param setting key of the list with an entry for each pooling, for the message
 * @throws UsageError when nothing would be left of the frame
 */
export function poolingSizes(
  setting: string,
  { height, width }: FrameShape,
  layers: number,
): [height: number, width: number][] {
  const most = Math.floor(Math.log2(Math.min(height, width)));
  if (layers > most) throw tooSmall(setting, `${height}×${width}`, layers, most);
  return Array.from({ length: layers + 1 }, (_, layer) => [
    Math.floor(height / 2 ** layer),
    Math.floor(width / 2 ** layer),
  ]);
}

function tooSmall(setting: string, frame: string, layers: number, most: number): UsageError {
  const side = 2 ** layers;
  const larger = `frames of at least ${side}×${side} (data.width, data.height)`;
  return new UsageError(
    `${setting}: a frame of ${frame} is too small for ${layers} poolings, one for each entry: use ` +
      (most > 0 ? `${most} at most, or ${larger}` : larger),
  );
}
