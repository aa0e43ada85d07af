import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Drawable, describeCurves, drawable } from './curveData.js';
import { logTicks } from './logTicks.js';
import type { CurvePlot, Series } from './reportData.js';
import { spread } from './spread.js';
import { SERIES_COLOURS } from './style.js';
import { thin } from './thin.js';

/** Pixels of the drawing; the page scales it to the width at hand. */
const WIDTH = 760;
const HEIGHT = 330;
const MARGIN = { top: 34, bottom: 46, left: 62 };
/** More points than this cannot be told apart at this width; fewer keep the page small. */
const MOST_POINTS = 1200;
/** Series this short get dots, so that single evaluations stay visible. */
const FEW_POINTS = 25;
/** Long, noisy curves are drawn thinner. */
const MANY_POINTS = 200;
const FONT_SIZE = 12.5;
const LABEL = { height: 17, letters: 28, letterWidth: 7.5, leader: 22 };
/** As many whole numbers as can be read side by side below the axis. */
const MOST_COUNTS = 12;
/** An axis with nothing on it. */
const EMPTY = { domain: [0, 1], ticks: [] };
/** The first round of colours is solid; later rounds are told apart by dashes. */
const DASHES = ['none', '7 3', '2 3'];

/**
 * Curves as one stand-alone SVG element: each named at its right end in its own colour, colours as CSS variables so that a
 * dark page can change them, described in words for those who cannot see it. Values that the axes cannot show (NaN, infinite,
 * not positive on a logarithmic axis) are gaps.
 */
export function linePlot(curves: CurvePlot): string {
  const drawn = drawable(curves);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const axis = yAxis(drawn);
  const right = WIDTH - labelMargin(drawn);
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginTop: MARGIN.top,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    marginRight: WIDTH - right,
    style: { fontSize: `${FONT_SIZE}px`, fontFamily: 'system-ui, sans-serif' },
    x: {
      label: curves.xLabel,
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 8,
      ...countTicks(drawn),
      ...(drawn.empty ? EMPTY : {}),
    },
    y: { label: curves.yLabel, labelArrow: 'none', ...axis },
    marks: [Plot.gridY({ ticks: axis.ticks, strokeOpacity: 0.12 }), ...drawn.series.flatMap(seriesMarks)],
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', describeCurves(curves, drawn));
  const add = (name: string, attributes: Record<string, string | number>, text = '') => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.textContent = text;
    svg.appendChild(element);
  };
  if (drawn.empty) add('text', { x: (MARGIN.left + right) / 2, y: HEIGHT / 2 }, 'no values');
  for (const label of placeLabels(drawn, svg.scale('x').apply, svg.scale('y').apply)) {
    const { at, name, x, y, labelY } = label;
    const end = right + LABEL.leader - 4;
    const leader = {
      x1: x + 4,
      y1: y,
      x2: end,
      y2: labelY,
      'stroke-opacity': 0.5,
      'stroke-dasharray': '1 2',
    };
    add('line', { ...leader, stroke: colourOf(at) });
    add(
      'text',
      { x: end + 4, y: labelY, dy: '0.35em', fill: colourOf(at), 'font-weight': 600, 'text-anchor': 'start' },
      name,
    );
  }
  return svg.outerHTML;
}

function seriesMarks({ points }: Series, at: number): Plot.Markish[] {
  const data = thin(points, MOST_POINTS);
  const stroke = colourOf(at);
  const strokeDasharray = DASHES[Math.floor(at / SERIES_COLOURS.length) % DASHES.length]!;
  const channels = { x: 'x', y: 'y' };
  const line = Plot.lineY(data, {
    ...channels,
    stroke,
    strokeWidth: points.length > MANY_POINTS ? 1.2 : 1.8,
    strokeDasharray,
  });
  const intervals = data.filter(({ low, high }) => low !== undefined && high !== undefined);
  if (intervals.length > 0) {
    const whiskers = { x: 'x', y1: 'low', y2: 'high', stroke, strokeOpacity: 0.55 };
    return [Plot.ruleX(intervals, whiskers), line, Plot.dot(data, { ...channels, fill: stroke, r: 2.8 })];
  }
  return points.length > FEW_POINTS ? [line] : [line, Plot.dot(data, { ...channels, fill: stroke, r: 2.8 })];
}

/** Few whole numbers (frames, angles) are ticks themselves: there is nothing between them. */
function countTicks({ series }: Drawable): { ticks?: number[]; tickFormat?: string } {
  const places = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const few = places.length > 1 && places.length <= MOST_COUNTS;
  return few && places.every(Number.isInteger) ? { ticks: places, tickFormat: 'd' } : {};
}

function yAxis({ series, log, empty }: Drawable) {
  if (empty) return EMPTY;
  if (!log) return { ticks: 6, nice: true };
  const values = series.flatMap(({ points }) => points.map(({ y }) => y)).filter((y) => y > 0);
  const lowest = values.reduce((low, y) => Math.min(low, y));
  const highest = values.reduce((high, y) => Math.max(high, y));
  return { type: 'log' as const, tickFormat: '~g', ticks: logTicks(lowest, highest) };
}

function placeLabels({ series }: Drawable, toX: (x: number) => number, toY: (y: number) => number) {
  const ends = series.flatMap(({ name, points }, at) => {
    const end = points.findLast(({ y }) => !Number.isNaN(y));
    return end ? [{ at, name: shorten(name), x: toX(end.x), y: toY(end.y) }] : [];
  });
  const heights = ends.map(({ y }) => y);
  const placed = spread(heights, LABEL.height, MARGIN.top, HEIGHT - MARGIN.bottom);
  return ends.map((end, rank) => ({ ...end, labelY: placed[rank]! }));
}

function labelMargin({ series }: Drawable): number {
  const longest = Math.max(0, ...series.map(({ name }) => shorten(name).length));
  return LABEL.leader + 8 + longest * LABEL.letterWidth;
}

function shorten(name: string): string {
  const letters = [...name];
  return letters.length > LABEL.letters ? `${letters.slice(0, LABEL.letters - 1).join('')}…` : name;
}

function colourOf(at: number): string {
  return SERIES_COLOURS[at % SERIES_COLOURS.length]!;
}
