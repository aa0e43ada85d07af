import sharp from 'sharp';
import { UsageError } from '../../common/errors.js';
import type { Frame } from '../../video/frame.js';

export interface AnimationOptions {
  /** Milliseconds that a frame is shown. */
  readonly delay: number;
  /** Milliseconds that the last frame is shown, before it begins again. */
  readonly rest: number;
  /** Without loss. Files are small where pixels are enlarged and large for photographs at their own size. */
  readonly lossless: boolean;
}

/** Red-green-blue frames of one size as a moving WebP without end. @throws UsageError when there is none */
export async function animation(
  frames: readonly Frame[],
  { delay, rest, lossless }: AnimationOptions,
): Promise<Uint8Array> {
  const first = frames[0];
  if (!first) throw new UsageError('an animation needs at least one frame');
  const { width, height } = first;
  const data = Buffer.concat(frames.map((frame) => frame.data));
  const all = { width, height: height * frames.length, channels: 3, pageHeight: height } as const;
  const delays = frames.map((_, at) => (at === frames.length - 1 ? rest : delay));
  const quality = lossless ? { lossless, effort: 2 } : { quality: 75, smartSubsample: true, effort: 3 };
  // A single frame is no animation: sharp takes `delay` and `loop` of several only.
  const moving = frames.length > 1 ? { delay: delays, loop: 0 } : {};
  return sharp(data, { raw: all })
    .webp({ ...quality, ...moving })
    .toBuffer();
}
