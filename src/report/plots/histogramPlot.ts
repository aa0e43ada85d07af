import * as Plot from '@observablehq/plot';
import { formatNumber } from '../parts/numbers.js';
import type { HistogramPlot } from '../parts/reportData.js';
import { keyOf } from './key.js';
import { seriesColour } from './style.js';
import { drawSvg } from './svg.js';

const WIDTH = 440;
const HEIGHT = 220;
const MARGIN = { top: 30, right: 14, bottom: 44, left: 52 };
const KEY = { left: 8, top: 10 };
const BOX = 11;
const BINS = 60;
/** Share of the values at either end that the outermost bars count. Otherwise a few outliers would press all others into one bar. */
const TAIL = 0.005;

/** A histogram of every group over the same bars, as one stand-alone SVG element: filled steps in the group's colour, shares in percent. */
export function histogramPlot(plot: HistogramPlot): string {
  const groups = plot.series.map(({ name, values }) => ({
    name,
    values: Float64Array.from(values).filter(Number.isFinite).sort(),
  }));
  const all = Float64Array.from(groups.flatMap(({ values }) => [...values])).sort();
  const empty = all.length === 0;
  const edges = empty ? { low: 0, high: 1 } : edgesOf(all);
  const names = groups.map(({ name }) => name);
  const key = keyOf(names, { ...KEY, width: WIDTH - KEY.left - MARGIN.right });
  const options: Plot.PlotOptions = {
    width: WIDTH,
    height: HEIGHT + key.height,
    marginTop: MARGIN.top + key.height,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    x: {
      label: plot.xLabel,
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [edges.low, edges.high],
      ticks: empty ? [] : 4,
    },
    y: { label: null, ticks: 5, nice: true, ...(empty && { domain: [0, 1] }) },
    marks: [
      Plot.gridY({ ticks: 5, strokeOpacity: 0.12 }),
      ...groups.flatMap(({ values }, at) => barsOf(values, edges, seriesColour(at))),
      Plot.ruleY([0], { strokeOpacity: 0.4 }),
    ],
  };
  return drawSvg(options, describe(plot, groups), (add) => {
    if (empty)
      add('text', { x: WIDTH / 2, y: key.height + HEIGHT / 2, 'text-anchor': 'middle' }, 'no values');
    add(
      'text',
      { x: KEY.left, y: key.height + 18, 'text-anchor': 'start', fill: 'currentColor' },
      'images, %',
    );
    key.entries.forEach(({ name, x, y }, at) => {
      const fill = seriesColour(at);
      add('rect', { x, y: y - BOX / 2, width: BOX, height: BOX, fill });
      const place = { x: x + BOX + 6, y, dy: '0.35em', 'text-anchor': 'start' };
      add('text', { ...place, fill, 'font-weight': 600 }, name);
    });
  });
}

interface Edges {
  readonly low: number;
  readonly high: number;
}

/** Where the bars begin and end: all values but the tails. @param sorted ascending */
function edgesOf(sorted: Float64Array): Edges {
  const tail = Math.floor(TAIL * sorted.length);
  const [low, high] = [sorted[tail]!, sorted[sorted.length - 1 - tail]!];
  const room = high > low ? 0 : Math.max(Math.abs(low), 1) / 2;
  return { low: low - room, high: high + room };
}

function barsOf(values: Float64Array, { low, high }: Edges, fill: string): Plot.Markish[] {
  const width = (high - low) / BINS;
  const counts = new Float64Array(BINS);
  for (const value of values)
    counts[Math.min(BINS - 1, Math.max(0, Math.floor((value - low) / width)))]! += 1;
  const bars = Array.from(counts, (count, i) => ({
    x1: low + i * width,
    x2: low + (i + 1) * width,
    y: (100 * count) / Math.max(1, values.length),
  }));
  const outline = bars.flatMap(({ x1, x2, y }) => [
    { x: x1, y },
    { x: x2, y },
  ]);
  return [
    Plot.rectY(bars, { x1: 'x1', x2: 'x2', y: 'y', fill, fillOpacity: 0.25, inset: 0 }),
    Plot.lineY(outline, { x: 'x', y: 'y', stroke: fill, strokeWidth: 1.6 }),
  ];
}

function describe(
  { title, xLabel }: HistogramPlot,
  groups: readonly { name: string; values: Float64Array }[],
): string {
  const each = groups.map(({ name, values }) => {
    if (values.length === 0) return `${name}: no values.`;
    const at = (part: number) => formatNumber(values[Math.floor(part * (values.length - 1))]!);
    return `${name}: ${values.length} values from ${at(0)} to ${at(1)}, median ${at(0.5)}.`;
  });
  return `${title}: shares of images by ${xLabel}. ${each.join(' ')}`;
}
