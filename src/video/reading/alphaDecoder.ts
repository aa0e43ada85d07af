import { ForeframeError } from '../../common/errors.js';
import { hasDecoder } from '../ffmpeg/ffmpegPath.js';
import { hasAlpha } from '../probing/pixelFormat.js';
import type { VideoInfo } from '../probing/probe.js';

/**
 * The input options for a WebM with transparency: it lies beside the images, and of ffmpeg's decoders only libvpx's read it.
 * @throws ForeframeError where the ffmpeg in use lacks the decoder: whatever lies beneath the transparency would show.
 */
export function alphaDecoder(info: VideoInfo | undefined): string[] {
  if (!info || !/^vp[89]$/.test(info.codec) || !hasAlpha(info.pixelFormat)) return [];
  const decoder = info.codec === 'vp8' ? 'libvpx' : 'libvpx-vp9';
  if (hasDecoder(decoder)) return [`-c:${info.stream ?? 'v'}`, decoder];
  throw new ForeframeError(
    `${info.path} has transparent parts, which need ffmpeg's decoder ${decoder}: set FFMPEG_PATH to an ffmpeg that has it`,
  );
}
