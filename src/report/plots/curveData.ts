import { formatNumber } from '../parts/numbers.js';
import type { CurvePlot, Point, Series } from '../parts/reportData.js';

/** Curves ready to draw, with gaps where the axes cannot show a value. */
export interface Drawable {
  /** Whether the y axis is logarithmic: asked for, and some value is positive. */
  readonly log: boolean;
  readonly series: readonly (Series & { readonly colour: number })[];
  /** How many measured values are gaps. */
  readonly gaps: number;
  /** Whether there is nothing to draw at all. */
  readonly empty: boolean;
}

/** Replace values that the axes cannot show (NaN, infinite, not positive on a logarithmic axis) by NaN, and count them. */
export function drawable(curves: CurvePlot): Drawable {
  const all = curves.series.flatMap(({ points, raw }) => [...points, ...(raw ?? [])]);
  const log =
    curves.logY === true && all.some(({ x, y }) => Number.isFinite(x) && Number.isFinite(y) && y > 0);
  const shows = ({ x, y }: Point) => Number.isFinite(x) && Number.isFinite(y) && (!log || y > 0);
  const drawn = (points: readonly Point[]) =>
    points
      .filter(({ x }) => Number.isFinite(x))
      .map((point) => (shows(point) ? point : { x: point.x, y: Number.NaN }));
  const series = curves.series.map(({ name, points, raw, colour }, at) => ({
    name,
    points: drawn(points),
    ...(raw && { raw: drawn(raw) }),
    colour: colour ?? at,
  }));
  // Smoothed values were not measured; the values behind them count.
  const measured = curves.series.flatMap(({ points, raw }) => raw ?? points);
  return { log, series, gaps: measured.filter((point) => !shows(point)).length, empty: !all.some(shows) };
}

/** The curves in words, for readers who cannot see them. */
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
