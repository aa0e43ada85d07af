import { TAG } from './plantedCamera.js';

/** What the page has recorded since it was asked last. Times are milliseconds of its clock. */
export interface Recorded {
  /** Frames that were seen: time, error, error of copy-last, 1 where an event began. */
  readonly seen: readonly (readonly [number, number, number, number])[];
  /** When the camera showed another scene, and which. */
  readonly scenes: readonly (readonly [number, number])[];
  /** Intervals between two images of the screen. */
  readonly intervals: readonly number[];
}

/** Runs in the page before its own script, and records; `record()` gives what there is and begins again. */
export const probe = `(() => {
  let recorded = { seen: [], scenes: [], intervals: [] };
  globalThis.record = () => {
    const all = recorded;
    recorded = { seen: [], scenes: [], intervals: [] };
    return all;
  };
  document.addEventListener('foreframe', ({ detail }) => {
    if (detail.expected) recorded.seen.push([performance.now(), detail.error, detail.copyLast, detail.began ? 1 : 0]);
  });
  let before;
  const each = (now) => {
    if (before !== undefined) recorded.intervals.push(now - before);
    before = now;
    requestAnimationFrame(each);
  };
  requestAnimationFrame(each);
  const [side, bits] = [${TAG.side}, ${TAG.bits}];
  const context = Object.assign(document.createElement('canvas'), { width: bits, height: 1 })
    .getContext('2d', { willReadFrequently: true });
  addEventListener('DOMContentLoaded', () => {
    const video = document.getElementById('video');
    let last;
    const look = () => {
      context.drawImage(video, 0, 0, bits * side, side, 0, 0, bits, 1);
      const { data } = context.getImageData(0, 0, bits, 1);
      let scene = 0;
      for (let bit = 0; bit < bits; bit++) if (data[4 * bit] > 127) scene |= 1 << bit;
      if (scene !== last) recorded.scenes.push([performance.now(), scene]);
      last = scene;
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
})();`;
