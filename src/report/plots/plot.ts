import * as Plot from '@observablehq/plot';
import type { CurvePlot, Series } from '../parts/reportData.js';
import { type Drawable, describeCurves, drawable } from './curveData.js';
import { keyOf, SIGN } from './key.js';
import { logTicks } from './logTicks.js';
import { SERIES_COLOURS, seriesColour } from './style.js';
import { drawSvg } from './svg.js';
import { thin } from './thin.js';

/** Pixels of the drawing: legible on a phone, and two fit side by side on a desk. The key adds to the height. */
const WIDTH = 440;
const HEIGHT = 250;
const MARGIN = { top: 30, right: 14, bottom: 44, left: 58 };
const KEY = { left: 8, top: 10 };
/** More points than this cannot be seen at this width; fewer keep the page small. */
const MOST_POINTS = 800;
/** Series this short get dots, so that single evaluations stay visible. */
const FEW_POINTS = 25;
/** Long, noisy curves are drawn thinner. */
const MANY_POINTS = 200;
/** Most whole numbers that can be read side by side below the axis. */
const MOST_COUNTS = 12;
/** Decimals of smaller numbers have no room beside the axis. */
const TINY = 0.0002;
/** So have those of numbers below this that differ only late. */
const SMALL = 0.001;
/** An axis with nothing on it. */
const EMPTY = { domain: [0, 1], ticks: [] };
/** The first round of colours is solid; later rounds have dashes. */
const DASHES = ['none', '7 3', '2 3'];

/**
 * Curves as one stand-alone SVG element below a key in their colours. Colours are CSS variables, so that a dark page can change
 * them. A description in words serves readers who cannot see the plot. Values that the axes cannot show (NaN, infinite, not
 * positive on a logarithmic axis) are gaps.
 */
export function linePlot(curves: CurvePlot): string {
  const drawn = drawable(curves);
  const axis = yAxis(drawn);
  const names = drawn.series.map(({ name }) => name);
  const key = keyOf(names, { ...KEY, width: WIDTH - KEY.left - MARGIN.right });
  const options: Plot.PlotOptions = {
    width: WIDTH,
    height: HEIGHT + key.height,
    marginTop: MARGIN.top + key.height,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    x: {
      label: curves.xLabel,
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 6,
      ...countTicks(drawn),
      ...(drawn.empty ? EMPTY : {}),
    },
    y: { label: null, ...axis },
    marks: [
      Plot.gridY({ ticks: axis.ticks, strokeOpacity: 0.12 }),
      ...drawn.series.flatMap(rawMarks),
      ...drawn.series.flatMap(seriesMarks),
    ],
  };
  return drawSvg(options, describeCurves(curves, drawn), (add) => {
    if (drawn.empty)
      add('text', { x: WIDTH / 2, y: key.height + HEIGHT / 2, 'text-anchor': 'middle' }, 'no values');
    add(
      'text',
      { x: KEY.left, y: key.height + 18, 'text-anchor': 'start', fill: 'currentColor' },
      curves.yLabel,
    );
    key.entries.forEach(({ name, x, y }, at) => {
      const colour = drawn.series[at]!.colour;
      const sign = { x1: x, y1: y, x2: x + SIGN, y2: y, 'stroke-width': 2.4 };
      add('line', { ...sign, stroke: seriesColour(colour), 'stroke-dasharray': dashesOf(colour) });
      const place = { x: x + SIGN + 6, y, dy: '0.35em', 'text-anchor': 'start' };
      add('text', { ...place, fill: seriesColour(colour), 'font-weight': 600 }, name);
    });
  });
}

/** The values behind a smoothed curve. */
function rawMarks({ raw, colour }: Series & { readonly colour: number }): Plot.Markish[] {
  if (!raw) return [];
  const style = { stroke: seriesColour(colour), strokeWidth: 0.8, strokeOpacity: 0.35 };
  return [Plot.lineY(thin(raw, MOST_POINTS), { x: 'x', y: 'y', ...style })];
}

function seriesMarks({ points, raw, colour }: Series & { readonly colour: number }): Plot.Markish[] {
  const data = thin(points, MOST_POINTS);
  const stroke = seriesColour(colour);
  const strokeDasharray = dashesOf(colour);
  const channels = { x: 'x', y: 'y' };
  const line = Plot.lineY(data, {
    ...channels,
    stroke,
    strokeWidth: points.length > MANY_POINTS && !raw ? 1.2 : 1.8,
    strokeDasharray,
  });
  const intervals = data.filter(({ low, high }) => low !== undefined && high !== undefined);
  if (intervals.length > 0) {
    const whiskers = { x: 'x', y1: 'low', y2: 'high', stroke, strokeOpacity: 0.55 };
    return [Plot.ruleX(intervals, whiskers), line, Plot.dot(data, { ...channels, fill: stroke, r: 2.8 })];
  }
  return points.length > FEW_POINTS ? [line] : [line, Plot.dot(data, { ...channels, fill: stroke, r: 2.8 })];
}

/** A few whole numbers (frames, angles) are the ticks, where there is room between them: there is nothing else. */
function countTicks({ series }: Drawable): { ticks?: number[]; tickFormat?: string } {
  const places = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const gaps = places.slice(1).map((place, at) => place - places[at]!);
  const range = places.length > 0 ? places.at(-1)! - places[0]! : 0;
  const crowded = gaps.some((gap) => gap * MOST_COUNTS < range);
  const few = places.length > 0 && places.length <= MOST_COUNTS && !crowded;
  if (!places.every(Number.isInteger)) return few ? { tickFormat: '~g' } : {};
  return few ? { ticks: places, tickFormat: 'd' } : {};
}

function yAxis({ series, log, empty }: Drawable) {
  if (empty) return EMPTY;
  const values = series
    .flatMap(({ points, raw }) =>
      [...points, ...(raw ?? [])].flatMap(({ y, low = y, high = y }) => [y, low, high]),
    )
    .filter((y) => !Number.isNaN(y) && (!log || y > 0));
  const lowest = values.reduce((low, y) => Math.min(low, y));
  const highest = values.reduce((high, y) => Math.max(high, y));
  const size = Math.max(Math.abs(lowest), Math.abs(highest));
  if (!log) {
    // Of a line that is level the axis would have no height, and a deviation of 0 would look like one as high as the plot.
    const pad = highest > lowest ? 0 : 0.1 * size || 1;
    const domain = [lowest - pad, highest + pad];
    const fine = size < SMALL && domain[1]! - domain[0]! < size / 2;
    return {
      ticks: 5,
      nice: true,
      ...(pad > 0 && { domain }),
      ...(size > 0 && (size < TINY || fine) && { tickFormat: '~e' }),
    };
  }
  const tickFormat = lowest < TINY ? '~e' : '~g';
  const [low, high] = highest > lowest ? [lowest, highest] : [lowest / 2, highest * 2];
  const ticks = logTicks(low, high);
  return { type: 'log' as const, tickFormat, ticks, ...(low < lowest && { domain: [low, high] }) };
}

function dashesOf(colour: number): string {
  return DASHES[Math.floor(colour / SERIES_COLOURS) % DASHES.length]!;
}
