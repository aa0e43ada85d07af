import type { Watching } from '../watching.js';

/**
 * Says how far a prediction over `frames` frames and `horizon` past their end is.
 * @param frames of the video, 0 where nobody knows
 * @returns what is called for every frame that is in the file
 */
export function countFrames(frames: number, horizon: number, { onProgress }: Watching): () => void {
  let done = 0;
  // Nothing is predicted of the first frame.
  const total = frames === 0 ? 0 : Math.max(1, frames - 1 + horizon);
  return () => {
    done++;
    const text =
      total === 0
        ? `${done} frames, the length of the video is not known`
        : done > total
          ? `${done} frames, more than the ${total} that the file states`
          : `${done} of ${total} frames`;
    onProgress?.({ task: 'predicting', done, total, text });
  };
}
