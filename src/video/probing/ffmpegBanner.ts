import { execFile } from 'node:child_process';
import { ForeframeError } from '../../common/errors.js';
import { reasonIn } from '../ffmpeg/ffmpegLog.js';
import { findFfmpeg } from '../ffmpeg/ffmpegPath.js';
import { throwIfAborted } from '../frameOptions.js';
import type { FfprobeOptions } from './ffprobe.js';
import type { ProbeAnswer, ProbedStream } from './videoInfo.js';

/**
 * Asks ffmpeg in place of ffprobe: what it prints about an input is converted to ffprobe's format.
 * @throws ForeframeError naming the source when ffmpeg cannot read it; InterruptedError when aborted
 */
export function askFfmpeg(args: readonly string[], { name, signal }: FfprobeOptions): Promise<ProbeAnswer> {
  return new Promise((done, fail) => {
    const options = { signal, windowsHide: true, maxBuffer: 1 << 26 };
    // Without an output it prints what it has found, and ends in an error.
    execFile(findFfmpeg().path, ['-hide_banner', '-nostdin', ...args], options, (_, __, log) => {
      try {
        throwIfAborted(signal, `probing ${name}`);
        if (!/^Input #0/m.test(log)) {
          const lines = log.split('\n').filter((line) => line.trim() !== '');
          throw new ForeframeError(`cannot read ${name}: ${reasonIn(lines)}`);
        }
        done(bannerAnswer(log));
      } catch (error) {
        fail(error);
      }
    });
  });
}

function bannerAnswer(log: string): ProbeAnswer {
  const times = /Duration: (?:(\d+):(\d+):([\d.]+)|N\/A)(?:, start: (-?[\d.]+))?/.exec(log);
  const duration = times?.[3] ? Number(times[1]) * 3600 + Number(times[2]) * 60 + Number(times[3]) : 0;
  return {
    streams: [...log.matchAll(/^ *Stream #0:.*$/gm)].map(([line]) => streamOf(line)),
    format: {
      format_name: /^Input #0, (\S+), from/m.exec(log)?.[1],
      start_time: times?.[4],
      duration: String(duration),
    },
  };
}

/** `Stream #0:0[0x100]: Video: h264 (High) ([27]…), yuv420p(tv), 128x96 [SAR 1:1 DAR 4:3], 25 fps, 25 tbr, 90k tbn` */
export function streamOf(line: string): ProbedStream {
  const kind = /: (Video|Audio|Subtitle|Data): (\w+)/.exec(line);
  const plain = line.replace(/\([^)]*\)/g, '');
  const size = /, (\d+)x(\d+)/.exec(plain);
  const rate = (unit: string) => {
    const found = new RegExp(`, ([\\d.]+)(k?) ${unit}\\b`).exec(plain);
    return found ? `${Math.round(Number(found[1]) * (found[2] ? 1e6 : 1000))}/1000` : undefined;
  };
  return {
    index: Number(/#0:(\d+)/.exec(line)![1]),
    codec_type: kind?.[1]?.toLowerCase(),
    codec_name: kind?.[2],
    pix_fmt: /Video: [^,]*, (\w+)/.exec(plain)?.[1],
    ...pixelsOf(line),
    width: size ? Number(size[1]) : undefined,
    height: size ? Number(size[2]) : undefined,
    sample_aspect_ratio: /SAR (\d+:\d+)/.exec(plain)?.[1],
    avg_frame_rate: rate('fps'),
    r_frame_rate: rate('tbr'),
    disposition: { attached_pic: /\(attached pic\)/.test(line) ? 1 : 0 },
  };
}

/** `yuv420p(tv, bt709/bt470bg/smpte170m, progressive)`: range, then the matrix first of three names, or one for all. */
function pixelsOf(line: string): Pick<ProbedStream, 'color_range' | 'color_space'> {
  const words = /Video: .*?, \w+\(([^)]*)\)/.exec(line)?.[1]?.split(/, */) ?? [];
  return {
    color_range: words.find((word) => word === 'tv' || word === 'pc'),
    color_space: words.find((word) => /^(bt|smpte|ycgco|fcc)/.test(word))?.split('/')[0],
  };
}
