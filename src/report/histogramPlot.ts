import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { formatNumber } from './numbers.js';
import { SERIES_COLOURS } from './style.js';

/** How some groups of numbers spread over one axis. */
export interface HistogramPlot {
  readonly title: string;
  readonly xLabel: string;
  /** What stands below. */
  readonly caption?: string;
  readonly series: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
}

const WIDTH = 760;
const HEIGHT = 250;
const MARGIN = { top: 50, right: 24, bottom: 46, left: 62 };
const BINS = 60;
/** A few values far out would press all others into one bar: so large a share at either end is counted in the outermost bars. */
const TAIL = 0.005;
const KEY = { y: 30, gap: 26, letterWidth: 7.5, box: 11 };

/** A histogram of every group over the same bars, as one stand-alone SVG element: filled steps in the group's colour, shares in percent. */
export function histogramPlot(plot: HistogramPlot): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const groups = plot.series.map(({ name, values }) => ({
    name,
    values: Float64Array.from(values).filter(Number.isFinite).sort(),
  }));
  const all = Float64Array.from(groups.flatMap(({ values }) => [...values])).sort();
  const empty = all.length === 0;
  const edges = empty ? { low: 0, high: 1 } : edgesOf(all);
  const svg = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginTop: MARGIN.top,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    style: { fontSize: '12.5px', fontFamily: 'system-ui, sans-serif' },
    x: {
      label: plot.xLabel,
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [edges.low, edges.high],
      ticks: empty ? [] : 8,
    },
    y: { label: 'pictures, %', labelArrow: 'none', ticks: 5, nice: true, ...(empty && { domain: [0, 1] }) },
    marks: [
      Plot.gridY({ ticks: 5, strokeOpacity: 0.12 }),
      ...groups.flatMap(({ values }, at) => barsOf(values, edges, colourOf(at))),
      Plot.ruleY([0], { strokeOpacity: 0.4 }),
    ],
  });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', describe(plot, groups));
  const add = (name: string, attributes: Record<string, string | number>, text = '') => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    element.textContent = text;
    svg.appendChild(element);
  };
  if (empty) add('text', { x: WIDTH / 2, y: HEIGHT / 2 }, 'no values');
  let x = MARGIN.left;
  groups.forEach(({ name }, at) => {
    const fill = colourOf(at);
    add('rect', { x, y: KEY.y - KEY.box / 2, width: KEY.box, height: KEY.box, fill });
    const place = { x: x + KEY.box + 6, y: KEY.y, dy: '0.35em', 'text-anchor': 'start' };
    add('text', { ...place, fill, 'font-weight': 600 }, name);
    x += KEY.box + 6 + name.length * KEY.letterWidth + KEY.gap;
  });
  return svg.outerHTML;
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
  return `${title}: shares of pictures by ${xLabel}. ${each.join(' ')}`;
}

function colourOf(at: number): string {
  return SERIES_COLOURS[at % SERIES_COLOURS.length]!;
}
