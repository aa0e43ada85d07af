import { ForeframeError } from '../../common/errors.js';
import { frameBytes, shapeText, type View } from '../view.js';

export interface Strides {
  /** Frames from one to the next that is seen. */
  readonly stride: Int32Array;
  /** The first frame that is seen. */
  readonly start: Int32Array;
}

/**
 * So many frames of a clip, from a drawn start on and at a drawn stride.
 * @param strides to draw from; at the largest, the frames have to fit into the clip
 */
export function stride(frames: number, strides: readonly number[] = [1]): View<Strides> {
  const longest = (frames - 1) * Math.max(...strides) + 1;
  return {
    shape(input) {
      if (longest > input.frames)
        throw new ForeframeError(
          `${frames} frames at a stride of ${Math.max(...strides)} need ${longest} frames, and these are ${shapeText(input)}`,
        );
      return { ...input, frames };
    },
    start(input, count, random) {
      const drawn = { stride: new Int32Array(count), start: new Int32Array(count) };
      return {
        drawn,
        draw(sample) {
          const by = strides[random.integer(strides.length)]!;
          drawn.stride[sample] = by;
          drawn.start[sample] = random.integer(input.frames - (frames - 1) * by);
        },
      };
    },
    work(input, drawn) {
      const bytes = frameBytes(input);
      return (source, from, target, to, sample) => {
        for (let frame = 0; frame < frames; frame++) {
          const at = from + (drawn.start[sample]! + frame * drawn.stride[sample]!) * bytes;
          target.set(source.subarray(at, at + bytes), to + frame * bytes);
        }
      };
    },
  };
}
