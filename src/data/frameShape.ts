import type { DataConfig } from '../config/config.js';
import type { FrameShape } from '../models/videoModel.js';

/** Size of the frames that a pipeline's model works on. */
export function frameShapeOf({ height, width, color }: DataConfig): FrameShape {
  return { height, width, channels: color === 'grey' ? 1 : 3 };
}
