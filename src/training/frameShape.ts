import type { FrameShape } from '../models/videoModel.js';
import type { DataConfig } from './config.js';

/** Size of the frames that a pipeline's model works on. */
export function frameShapeOf({ height, width, color }: DataConfig): FrameShape {
  return { height, width, channels: color === 'grey' ? 1 : 3 };
}
