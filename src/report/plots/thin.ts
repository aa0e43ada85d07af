import type { Point } from '../parts/reportData.js';

/**
 * About `limit` points at most, in order, that look like all of them: both ends, and the lowest and the highest of each stretch,
 * so that no spike is lost. Points whose `y` is not a number are kept as gaps.
 */
export function thin(points: readonly Point[], limit: number): Point[] {
  if (points.length <= limit) return [...points];
  const stretch = Math.ceil((2 * points.length) / limit);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += stretch) {
    kept.push(...extremes(points.slice(start, start + stretch)));
  }
  if (kept[0] !== points[0]) kept.unshift(points[0]!);
  if (kept.at(-1) !== points.at(-1)) kept.push(points.at(-1)!);
  return kept;
}

/** The lowest and the highest point of a stretch, and one gap if it has any, in their order. */
function extremes(points: readonly Point[]): Point[] {
  let low: Point | undefined;
  let high: Point | undefined;
  for (const point of points) {
    if (low === undefined || point.y < low.y) low = Number.isFinite(point.y) ? point : low;
    if (high === undefined || point.y > high.y) high = Number.isFinite(point.y) ? point : high;
  }
  const gap = points.find(({ y }) => !Number.isFinite(y));
  return points.filter((point) => point === low || point === high || point === gap);
}
