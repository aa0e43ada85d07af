import { ForeframeError } from '../../common/errors.js';
import { chooseStream } from '../probing/chooseStream.js';
import { streamOf } from '../probing/ffmpegBanner.js';
import type { VideoSource } from '../sources/sources.js';

/**
 * What ffmpeg prints about an input that was not probed first, as many can be opened only once: whether the first video
 * stream, read without any knowledge, comes out wrong.
 */
export class StreamBanner {
  readonly #lines: string[] = [];
  #over: boolean;

  constructor(private readonly source: VideoSource) {
    this.#over = source.kind !== 'input' || !(source.once || /^https?:/i.test(source.address));
  }

  /** Take in a line of ffmpeg's log. */
  read(line: string): false {
    if (this.#over) return false;
    if (/Stream mapping|Output #0/.test(line)) this.#over = true;
    else this.#lines.push(line.replace(/^(?:\[[^\]]*\] ?)+/, ''));
    return false;
  }

  /**
   * Whether the input has to be opened again, after asking ffprobe about it.
   * @throws ForeframeError for a pipe, which cannot be
   */
  get needsLook(): boolean {
    const reason = this.#still() ?? this.#transparent();
    if (reason === undefined) return false;
    if (this.source.kind === 'input' && this.source.once) {
      throw new ForeframeError(
        `${this.source.name} ${reason}, which cannot be detected in time in a pipe: write it to a file and name that`,
      );
    }
    return true;
  }

  #still(): string | undefined {
    const streams = this.#lines.filter((line) => /^ *Stream #0:\d+/.test(line)).map(streamOf);
    const first = streams.find((each) => each.codec_type === 'video' && !each.disposition?.attached_pic);
    return chooseStream(streams)?.index === first?.index ? undefined : 'begins with a still beside the video';
  }

  #transparent(): string | undefined {
    return this.#lines.some((line) => /^ *alpha_mode *: *1$/i.test(line))
      ? 'has transparent parts'
      : undefined;
  }
}
