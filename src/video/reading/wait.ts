import type { FrameOptions } from '../frameOptions.js';
import type { VideoSource } from '../sources/sources.js';

/** Seconds without data from a pipe or an address after which a message says what is waited for. */
const PATIENCE = { pipe: 3, address: 8 };

/** Reports once what a reader waits for: opening a pipe lasts until somebody writes to it, an address may never answer. */
export class Wait {
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(source: VideoSource, { onWait }: FrameOptions) {
    if (source.kind !== 'input' || !onWait) return;
    const what = source.once ? 'nothing has been written to this pipe yet' : 'no video has come from it yet';
    const say = () => onWait(`waiting for ${source.name}: ${what} (Ctrl-C stops it)`);
    this.#timer = setTimeout(say, 1000 * (source.once ? PATIENCE.pipe : PATIENCE.address));
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
