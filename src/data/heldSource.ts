import type { FrameSource, Split } from '../stream/frameSource.js';
import type { Frame } from '../video/frame.js';
import { isAborted } from './interruptibleSource.js';

/** Bytes of frames that are held at most: twenty minutes of 64×64 grey at 25 frames a second. */
const MOST_HELD = 128e6;
/** Frames between two looks at the event loop, where frames come without waiting for anything. */
const FRAMES_BETWEEN_TURNS = 64;

/**
 * The same source, which decodes each split once: small frames of a video of some minutes fit into memory, while decoding it in full
 * size may take longer than the training steps. A source that is longer, endless, of unknown length or read once is left as it is.
 * @param valuesPerFrame height × width × channels
 */
export function heldSource(
  source: FrameSource,
  valuesPerFrame: number,
  { most = MOST_HELD }: { readonly most?: number } = {},
): FrameSource {
  const { train, validation, test } = source.frames ?? {};
  const bytes = ((train ?? Infinity) + (validation ?? Infinity) + (test ?? Infinity)) * valuesPerFrame;
  if (source.once || !(bytes <= most)) return source;
  const held: Partial<Record<Split, readonly Frame[]>> = {};
  return {
    ...source,
    open: async function* (split, signal) {
      const frames = held[split];
      if (frames) {
        yield* replay(frames, signal);
        return;
      }
      const read: Frame[] = [];
      let bytesRead = 0;
      for await (const frame of source.open(split, signal)) {
        // What a file says of its length is compared with what is there.
        bytesRead += frame.data.length;
        if (bytesRead <= most) read.push(own(frame));
        else read.length = 0;
        yield frame;
      }
      // A pass that was stopped is not all there is.
      if (bytesRead <= most && !(await isAborted(signal))) held[split] = read;
    },
  };
}

async function* replay(frames: readonly Frame[], signal: AbortSignal): AsyncGenerator<Frame> {
  for (const [index, frame] of frames.entries()) {
    if (index % FRAMES_BETWEEN_TURNS === 0 ? await isAborted(signal) : signal.aborted) return;
    yield frame;
  }
}

/** Without the larger buffer that its data may lie in. */
function own(frame: Frame): Frame {
  const { data } = frame;
  return data.byteLength === data.buffer.byteLength ? frame : { ...frame, data: data.slice() };
}
