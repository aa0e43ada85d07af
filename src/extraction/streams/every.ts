import { UsageError } from '../../common/errors.js';

/** How often a video that is followed has a row: at each frame, and at the end of each so many seconds, clip or video. */
export type Every =
  | { readonly kind: 'frame' | 'clip' | 'video' }
  | { readonly kind: 'seconds'; readonly seconds: number };

/** As people write it: `frame`, `clip`, `video`, or seconds such as `1s` and `0.5s`. */
export type EveryText = 'frame' | 'clip' | 'video' | `${number}s`;

/** @throws UsageError in one line */
export function parseEvery(text: string): Every {
  if (text === 'frame' || text === 'clip' || text === 'video') return { kind: text };
  const seconds = /^(\d+\.?\d*|\.\d+)s$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (Number.isFinite(seconds) && seconds > 0) return { kind: 'seconds', seconds };
  throw new UsageError(`--every ${text}: give frame, clip, video, or seconds such as 1s or 0.5s`);
}
