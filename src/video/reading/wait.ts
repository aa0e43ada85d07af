import type { FrameOptions } from '../frameOptions.js';
import type { VideoSource } from '../sources/sources.js';

/** Seconds without data from a pipe after which a message says what is waited for. */
const PATIENCE = 3;

/** Reports once what a reader waits for: opening a pipe lasts until somebody writes to it. */
export class Wait {
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(source: VideoSource, { onWait }: FrameOptions) {
    if (source.kind !== 'input' || !source.once || !onWait) return;
    const say = () =>
      onWait(`waiting for ${source.name}: nothing has been written to this pipe yet (Ctrl-C stops it)`);
    this.#timer = setTimeout(say, PATIENCE * 1000);
  }

  /** Take in a line of ffmpeg's log: once it knows the input, the waiting is over. */
  read(line: string): false {
    if (this.#timer && line.includes('Input #0')) this.end();
    return false;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
