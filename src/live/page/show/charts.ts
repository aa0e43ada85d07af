import uPlot from 'uplot';

/** A logarithm has no place for 0; half of what rounding to 8 bits costs is as good as none. */
const LEAST = 6e-7;
const HEIGHT = 200;
const FONT = '12px system-ui, sans-serif';
/** Distances between two numbers of the horizontal axis: whole ones. */
const STEPS = [1, 10, 100, 1000, 10_000, 100_000].flatMap((power) => [power, 2 * power, 5 * power]);

export interface ChartOptions {
  readonly holder: HTMLElement;
  /** What the horizontal axis counts, and how a position is written. */
  readonly axis: string;
  readonly position: (value: number) => string;
  /** Positions that are marked, such as events. */
  readonly marks?: () => readonly number[];
}

/** Two curves of errors on a logarithmic scale: the network's and copy-last's. It follows its width and the colours of the page. */
export class Chart {
  readonly #options: ChartOptions;
  #plot: uPlot | undefined;
  #data: uPlot.AlignedData = [[], [], []];

  constructor(options: ChartOptions) {
    this.#options = options;
    this.#make();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#make());
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(options.holder);
  }

  /** @param columns positions, errors of the network, errors of copy-last */
  show([positions, ...curves]: readonly (readonly number[])[]): void {
    const shown = curves.map((curve) => curve.map((value) => Math.max(value, LEAST)));
    this.#data = [[...positions!], ...shown] as unknown as uPlot.AlignedData;
    this.#plot?.setData(this.#data);
  }

  #make(): void {
    this.#plot?.destroy();
    const { holder, axis, position, marks } = this.#options;
    const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const quiet = {
      stroke: colour('--quiet'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    this.#plot = new uPlot(
      {
        ...this.#size(),
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { distr: 3 } },
        axes: [
          {
            ...quiet,
            incrs: STEPS,
            size: 32,
            label: axis,
            labelSize: 18,
            labelFont: FONT,
            values: (_, all) => all.map(position),
          },
          {
            ...quiet,
            grid: { ...quiet.grid, filter: powersOfTen },
            size: 56,
            filter: powersOfTen,
            values: (_, all) => all.map(powerText),
          },
        ],
        series: [
          {},
          { stroke: colour('--prediction'), width: 2, points: { show: false } },
          { stroke: colour('--copy'), width: 1.5, points: { show: false } },
        ],
        hooks: { draw: [(plot) => drawMarks(plot, marks?.() ?? [], colour('--event'))] },
      },
      this.#data,
      holder,
    );
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(200, this.#options.holder.clientWidth), height: HEIGHT };
  }
}

function powersOfTen(_: uPlot, splits: number[]): (number | null)[] {
  return splits.map((value) =>
    Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6 ? value : null,
  );
}

function powerText(value: number | null): string {
  return value === null ? '' : String(Number(value.toPrecision(1)));
}

/** A line over the height of the plot with a dot on it, for each position. */
function drawMarks({ ctx, bbox, valToPos }: uPlot, positions: readonly number[], colour: string): void {
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const position of positions) {
    const x = valToPos(position, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(x, bbox.top + 5 * devicePixelRatio, 4 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}
