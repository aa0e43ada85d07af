import uPlot from 'uplot';
import type { Curve } from '../training/trainingState.js';
import { figure, whole } from './words.js';

const COLOURS = ['--prediction', '--copy', '--event', '--text'];
const FONT = '12px system-ui, sans-serif';
/** Distances between two numbers of the horizontal axis: whole ones. */
const STEPS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].flatMap((power) => [
  power,
  2 * power,
  5 * power,
]);

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
  readonly #options: ChartOptions;
  #plot: uPlot | undefined;
  #data: uPlot.AlignedData = [[], []];
  #drawn = '';
  #log = false;

  constructor(options: ChartOptions) {
    this.#options = options;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#make());
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(options.holder);
  }

  show(curves: readonly Curve[]): void {
    const steps = curves[0]?.steps ?? [];
    const known = `${curves.length} ${steps.length} ${steps.at(-1)} ${curves.map(({ values }) => values.at(-1))}`;
    if (known === this.#drawn) return;
    this.#drawn = known;
    const values = curves.map((curve) => [...curve.values]);
    this.#data = [[...steps], ...values];
    const log = ratio(values.flat().filter((value) => value !== null)) > this.#options.farApart;
    if (this.#plot && log === this.#log && this.#plot.series.length === curves.length + 1)
      this.#plot.setData(this.#data);
    else {
      this.#log = log;
      this.#make();
    }
  }

  #make(): void {
    if (this.#drawn === '') return;
    this.#plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const quiet = {
      stroke: colour('--quiet'),
      font: FONT,
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    const few = this.#data[0].length < 40;
    const text = (_: uPlot, all: (number | null)[]) =>
      all.map((value) => (value === null ? '' : figure(value)));
    this.#plot = new uPlot(
      {
        ...this.#size(),
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { distr: this.#log ? 3 : 1 } },
        axes: [
          { ...quiet, incrs: STEPS, size: 28, values: (_, all) => all.map(whole) },
          {
            ...quiet,
            size: 62,
            values: text,
            ...(this.#log && { filter: fewOf, grid: { ...quiet.grid, filter: fewOf } }),
          },
        ],
        series: [
          {},
          ...this.#data.slice(1).map((_, at) => {
            const stroke = colour(COLOURS[at % COLOURS.length]!);
            return { stroke, width: at === 0 ? 2 : 1.5, points: { show: few, size: 5, fill: stroke } };
          }),
        ],
      },
      this.#data,
      this.#options.holder,
    );
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(160, this.#options.holder.clientWidth), height: this.#options.height };
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
