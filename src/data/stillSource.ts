import { Random } from '../common/random.js';
import type { FrameSource, Split } from '../stream/frameSource.js';
import type { Frame } from '../video/frame.js';

export interface StillOptions {
  /** Frames that show the same; by default each source (file, dataset clip) shows one frame from its start to its end. */
  readonly length?: number;
  /** Decides which of the frames is shown. */
  readonly seed: number;
}

/**
 * The same source without motion in training and validation: of every stretch of frames one is shown the whole time. Sources,
 * positions and times stay as they were, so it is cut into clips as before. It holds back one stretch of frames at a time.
 * The test split moves as before: what was learned at rest is judged on what everything else is judged on.
 */
export function stillSource(source: FrameSource, { length, seed }: StillOptions): FrameSource {
  return {
    ...source,
    open: async function* (split, signal) {
      if (split === 'test') {
        yield* source.open(split, signal);
        return;
      }
      let stretches = 0;
      let stretch: Frame[] = [];
      const still = () => {
        const shown = stretch;
        stretch = [];
        return shown.length === 0 ? [] : standStill(shown, split, stretches++, seed);
      };
      for await (const frame of source.open(split, signal)) {
        const elsewhere = frame.index === 0 || frame.source !== stretch[0]?.source;
        if (elsewhere || stretch.length === length) yield* still();
        stretch.push(frame);
      }
      yield* still();
    },
  };
}

function standStill(stretch: readonly Frame[], split: Split, number: number, seed: number): Frame[] {
  const { data } = stretch[Random.for(seed, `still ${split} ${number}`).integer(stretch.length)]!;
  return stretch.map((frame) => ({ ...frame, data }));
}
