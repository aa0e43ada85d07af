import type { Point } from '../parts/reportData.js';

/** Fewer points than this are a curve by themselves. */
const FEWEST = 40;
/** Part of a course that one mean is over. */
const PART = 0.06;

/** The course of a noisy curve, and over how many points each mean is taken. */
export interface Smoothed {
  readonly points: readonly Point[];
  readonly over: number;
}

/**
 * Each point's `y` as the mean of the points around it, without lag; near the ends the mean is over fewer points. Gaps (NaN,
 * infinite) stay gaps and do not count. A short curve comes back unchanged, with `over` 1.
 */
export function smoothed(points: readonly Point[]): Smoothed {
  if (points.length < FEWEST) return { points, over: 1 };
  const half = Math.max(1, Math.round((points.length * PART) / 2));
  // Sums up to each point: a window's mean is a difference of two.
  const [sums, counts] = [[0], [0]];
  for (const { y } of points) {
    const shown = Number.isFinite(y);
    sums.push(sums.at(-1)! + (shown ? y : 0));
    counts.push(counts.at(-1)! + (shown ? 1 : 0));
  }
  const mean = (at: number) => {
    const [from, to] = [Math.max(0, at - half), Math.min(points.length, at + half + 1)];
    return (sums[to]! - sums[from]!) / (counts[to]! - counts[from]!);
  };
  return {
    points: points.map(({ x, y }, at) => ({ x, y: Number.isFinite(y) ? mean(at) : y })),
    over: 2 * half + 1,
  };
}
