import { formatNumber } from './numbers.js';
import type { CurvePlot, Point, Series } from './reportData.js';

/** Curves ready to draw, what the axes cannot show turned into gaps. */
export interface Drawable {
  /** Whether the y axis is logarithmic: asked for, and some value is positive. */
  readonly log: boolean;
  readonly series: readonly Series[];
  /** How many values are gaps. */
  readonly gaps: number;
  /** Whether there is nothing to draw at all. */
  readonly empty: boolean;
}

/** Replace values that the axes cannot show (NaN, infinite, not positive on a logarithmic axis) by NaN, and count them. */
export function drawable(curves: CurvePlot): Drawable {
  const all = curves.series.flatMap(({ points }) => points);
  const log =
    curves.logY === true && all.some(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && y > 0);
  const shows = ({ x, y }: Point) => Number.isFinite(x) && Number.isFinite(y) && (!log || y > 0);
  const series = curves.series.map(({ name, points }) => ({
    name,
    points: points
      .filter(({ x }) => Number.isFinite(x))
      .map((point) => (shows(point) ? point : { x: point.x, y: Number.NaN })),
  }));
  return { log, series, gaps: all.filter((point) => !shows(point)).length, empty: !all.some(shows) };
}

/** The curves in words, for those who cannot see them. */
export function describeCurves({ title, xLabel, yLabel }: CurvePlot, { series, log }: Drawable): string {
  const each = series.map(({ name, points }) => {
    const shown = points.filter(({ y }) => !Number.isNaN(y));
    const [first, last] = [shown[0], shown.at(-1)];
    if (!first || !last) return `${name}: no values.`;
    if (first === last) return `${name}: ${formatNumber(first.y)} at ${formatNumber(first.x)}.`;
    const lowest = shown.reduce((low, point) => (point.y < low.y ? point : low));
    return (
      `${name}: from ${formatNumber(first.y)} at ${formatNumber(first.x)} to ${formatNumber(last.y)} ` +
      `at ${formatNumber(last.x)}, lowest ${formatNumber(lowest.y)}.`
    );
  });
  const axes = `${yLabel} against ${xLabel}${log ? ', logarithmic' : ''}`;
  return `${title}: ${axes}. ${each.join(' ')}`;
}
