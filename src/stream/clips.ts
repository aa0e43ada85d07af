import { Observable } from 'rxjs';
import type { Frame } from '../video/frame.js';

/** Consecutive frames of one source, `[time, height, width, channels]`, uint8. */
export interface Clip {
  readonly data: Uint8Array;
  readonly shape: readonly [time: number, height: number, width: number, channels: number];
  readonly source: string;
  /** Index of the first frame within its source. */
  readonly start: number;
  /** Presentation times of the frames, in seconds. */
  readonly times: readonly number[];
}

export interface ClipOptions {
  /** Frames in a clip. */
  readonly length: number;
  /** Frames from the start of one clip to the start of the next; `length` by default: no overlap. */
  readonly stride?: number;
}

/** Cut frames into clips. A clip never crosses from one source to another; what is left at a source's end is dropped. */
export function clips({
  length,
  stride = length,
}: ClipOptions): (source: Observable<Frame>) => Observable<Clip> {
  if (!Number.isInteger(length) || length < 1)
    throw new RangeError(`clip length is ${length}: an integer from 1 on`);
  if (!Number.isInteger(stride) || stride < 1)
    throw new RangeError(`clip stride is ${stride}: an integer from 1 on`);
  return (source) =>
    new Observable<Clip>((subscriber) => {
      let current: string | undefined;
      let window: Frame[] = [];
      let skip = 0;
      return source.subscribe({
        next: (frame) => {
          if (frame.index === 0 || frame.source !== current) {
            current = frame.source;
            window = [];
            skip = 0;
          }
          if (skip > 0) {
            skip--;
            return;
          }
          window.push(frame);
          if (window.length < length) return;
          const clip = clipOf(window);
          // With a stride longer than a clip, the frames between two clips are passed over.
          skip = Math.max(0, stride - length);
          window = window.slice(stride);
          subscriber.next(clip);
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}

/** Frames side by side in one array of their own, so that no decoder buffer is kept alive by a waiting clip. */
function clipOf(frames: readonly Frame[]): Clip {
  const first = frames[0]!;
  const data = new Uint8Array(frames.length * first.data.length);
  frames.forEach((frame, i) => {
    data.set(frame.data, i * first.data.length);
  });
  return {
    data,
    shape: [frames.length, first.height, first.width, first.channels],
    source: first.source,
    start: first.index,
    times: frames.map((frame) => frame.time),
  };
}
