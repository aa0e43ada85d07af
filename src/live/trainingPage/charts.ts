import type uPlot from 'uplot';
import { colour, type Drawing, Plot, positionAxis, quietAxis } from '../page/show/plot.js';
import type { Curve } from '../training/trainingState.js';
import { figure, whole } from './words.js';

const COLOURS = ['--prediction', '--copy', '--event', '--text'];
/** Points of a curve that are drawn one by one: below so many. */
const FEW = 40;
/** Powers of ten at most that are written on an axis. */
const MOST_DECADES = 4;

export interface ChartOptions {
  readonly holder: HTMLElement;
  readonly height: number;
  /** How many times the least value the largest has to be for a logarithmic axis. */
  readonly farApart: number;
}

/** Curves over the same steps, in the colours of the page; logarithmic where their values are positive and far apart. */
export class Curves {
  readonly #farApart: number;
  readonly #plot: Plot;
  #drawn = '';
  #log = false;
  #count = 0;

  constructor({ holder, height, farApart }: ChartOptions) {
    this.#farApart = farApart;
    this.#plot = new Plot({ holder, height, least: 160, drawing: () => this.#drawing() });
  }

  show(curves: readonly Curve[]): void {
    const steps = curves[0]?.steps ?? [];
    const known = `${curves.length} ${steps.length} ${steps.at(-1)} ${curves.map(({ values }) => values.at(-1))}`;
    if (known === this.#drawn) return;
    const values = curves.map((curve) => [...curve.values]);
    const log = ratio(values.flat().filter((value) => value !== null)) > this.#farApart;
    const anew = this.#drawn === '' || log !== this.#log || curves.length !== this.#count;
    this.#drawn = known;
    this.#log = log;
    this.#count = curves.length;
    this.#plot.show([[...steps], ...values], anew);
  }

  #drawing(): Drawing {
    const quiet = quietAxis();
    const points = { show: ({ data }: uPlot) => data[0].length < FEW, size: 5 };
    const values = (_: uPlot, all: (number | null)[]) =>
      all.map((value) => (value === null ? '' : figure(value)));
    const logarithmic = this.#log && { filter: fewOf, grid: { ...quiet.grid, filter: fewOf } };
    return {
      scales: { x: { time: false }, y: { distr: this.#log ? 3 : 1 } },
      axes: [positionAxis('steps', whole), { ...quiet, size: 62, values, ...logarithmic }],
      series: [
        {},
        ...Array.from({ length: this.#count }, (_, at) => {
          const stroke = colour(COLOURS[at % COLOURS.length]!);
          return { stroke, width: at === 0 ? 2 : 1.5, points: { ...points, fill: stroke } };
        }),
      ],
    };
  }
}

/** The largest over the least; 0 where a logarithm would have no place for one. */
function ratio(values: readonly number[]): number {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return low > 0 ? high / low : 0;
}

/** Of a logarithmic axis: powers of ten, few where it goes over many, and 2 and 5 between them where it goes over one or two. */
function fewOf(_: uPlot, splits: number[]): (number | null)[] {
  const decades = Math.log10(splits.at(-1)! / splits[0]!);
  const kept = decades > 2 ? [1] : [1, 2, 5];
  const apart = Math.ceil(decades / MOST_DECADES);
  return splits.map((value) => {
    const [first, power] = value.toExponential(0).split('e');
    return kept.includes(Number(first)) && Number(power) % apart === 0 ? value : null;
  });
}
