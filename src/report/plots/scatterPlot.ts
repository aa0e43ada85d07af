import * as Plot from '@observablehq/plot';
import { shorten } from '../../common/text/shorten.js';
import { colourMap } from '../parts/colourMap.js';
import { formatNumber } from '../parts/numbers.js';
import { SERIES_COLOURS, seriesColour } from './style.js';
import { type AddElement, drawSvg } from './svg.js';

/** Points on a plane, coloured by a number each or by which of several classes they are of. */
export interface ScatterPlot {
  readonly title: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly colour: {
    readonly name: string;
    readonly kind: 'number' | 'class';
    readonly values: readonly number[];
    /** Of classes that have names: by the value. */
    readonly names?: readonly string[];
  };
}

const SIZE = 380;
const LEGEND = 46;
const MARGIN = 12;
const RADIUS = 3.4;
/** Of a class's name in the key: most and least pixels that it has, and of a letter. */
const NAME_WIDTH = 120;
const NARROWEST_NAME = 40;
const LETTER = 7.5;
const BAR = { width: 150, height: 9, steps: 48 };
/** Part of the colour map that is visible on white and on black. */
const DARKEST = 0.22;
const LIGHTEST = 0.86;
/** Classes beyond the colours get another shape. */
const SYMBOLS = ['circle', 'square', 'triangle', 'diamond'] as const;

/** A map as one stand-alone SVG element, with one scale for both axes so that distances can be compared. */
export function scatterPlot(plot: ScatterPlot): string {
  const { x, y, colour } = plot;
  const side = SIZE - 2 * MARGIN;
  const [midX, midY] = [middle(x), middle(y)];
  const half = Math.max(extent(x), extent(y), Number.EPSILON) / 2;
  const classes = [...new Set(colour.values)].sort((a, b) => a - b);
  const paint = painter(plot, classes);
  const points = x.flatMap((each, i) =>
    Number.isFinite(each + y[i]!) ? [{ x: each, y: y[i]!, ...paint(colour.values[i]!) }] : [],
  );
  const options: Plot.PlotOptions = {
    width: SIZE,
    height: SIZE + LEGEND,
    marginTop: MARGIN + LEGEND,
    marginBottom: MARGIN,
    marginLeft: MARGIN,
    marginRight: MARGIN,
    x: { axis: null, domain: [midX - half, midX + half], range: [MARGIN, MARGIN + side] },
    y: { axis: null, domain: [midY - half, midY + half], range: [LEGEND + MARGIN + side, LEGEND + MARGIN] },
    color: { type: 'identity' },
    symbol: { type: 'identity' },
    marks: [
      Plot.frame({ strokeOpacity: 0.25 }),
      Plot.dot(points, { x: 'x', y: 'y', fill: 'fill', symbol: 'symbol', r: RADIUS, fillOpacity: 0.85 }),
    ],
  };
  return drawSvg(options, describe(plot, points.length, classes), (add) => {
    add('text', { x: MARGIN, y: 18, 'font-weight': 600, fill: 'currentColor' }, colour.name);
    if (colour.kind === 'number') addBar(add, colour.values);
    else addKey(add, classes, paint, colour.names);
  });
}

type Paint = (value: number) => { readonly fill: string; readonly symbol: (typeof SYMBOLS)[number] };

function painter({ colour: { kind, values } }: ScatterPlot, classes: readonly number[]): Paint {
  if (kind === 'class') {
    return (value) => {
      const at = classes.indexOf(value);
      const symbol = SYMBOLS[Math.floor(at / SERIES_COLOURS) % SYMBOLS.length]!;
      return { fill: seriesColour(at), symbol };
    };
  }
  const [low, high] = [least(values), most(values)];
  return (value) => ({ fill: colourOf(high > low ? (value - low) / (high - low) : 0.5), symbol: 'circle' });
}

function colourOf(part: number): string {
  const at = 3 * Math.round(255 * (DARKEST + (LIGHTEST - DARKEST) * part));
  return `rgb(${colourMap[at]},${colourMap[at + 1]},${colourMap[at + 2]})`;
}

/** The numbers' colours from the lowest to the highest. */
function addBar(add: AddElement, values: readonly number[]): void {
  const [top, left] = [28, MARGIN];
  const step = BAR.width / BAR.steps;
  const [low, high] = [formatNumber(least(values)), formatNumber(most(values))];
  const start = left + 8 + low.length * 7.5;
  for (let i = 0; i < BAR.steps; i++) {
    const fill = colourOf(i / (BAR.steps - 1));
    add('rect', { x: start + i * step, y: top, width: step + 0.5, height: BAR.height, fill });
  }
  const text = { y: top + BAR.height / 2, dy: '0.35em', fill: 'currentColor' };
  add('text', { ...text, x: left }, low);
  add('text', { ...text, x: start + BAR.width + 8 }, high);
}

/** A dot and a number, or the beginning of a name, for each class. */
function addKey(
  add: AddElement,
  classes: readonly number[],
  paint: Paint,
  names: readonly string[] | undefined,
): void {
  const step = Math.min(names ? NAME_WIDTH : 52, (SIZE - 2 * MARGIN) / classes.length);
  if (step < (names ? NARROWEST_NAME : 24)) return;
  classes.forEach((value, i) => {
    const x = MARGIN + 5 + i * step;
    add('circle', { cx: x, cy: 34, r: 4, fill: paint(value).fill });
    add(
      'text',
      { x: x + 9, y: 34, dy: '0.35em', fill: 'currentColor' },
      names ? shorten(names[value]!, Math.floor((step - 18) / LETTER)) : String(value),
    );
  });
}

function describe({ title, colour }: ScatterPlot, points: number, classes: readonly number[]): string {
  const by =
    colour.kind === 'number'
      ? `from ${formatNumber(least(colour.values))} to ${formatNumber(most(colour.values))}`
      : `${classes.length} classes`;
  return `${title}: ${points} points, coloured by ${colour.name}, ${by}.`;
}

function middle(values: readonly number[]): number {
  return (least(values) + most(values)) / 2;
}

function extent(values: readonly number[]): number {
  return most(values) - least(values);
}

function least(values: readonly number[]): number {
  return values
    .filter(Number.isFinite)
    .reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
}

function most(values: readonly number[]): number {
  return values
    .filter(Number.isFinite)
    .reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
}
