import type uPlot from 'uplot';
import { colour, Plot, positionAxis, quietAxis } from './plot.js';

/** A logarithm has no place for 0; half of what rounding to 8 bits costs is as good as none. */
const LEAST = 6e-7;
const SIZE = { height: 200, least: 200 };

export interface ChartOptions {
  readonly holder: HTMLElement;
  /** What the horizontal axis counts, and how a position is written. */
  readonly axis: string;
  readonly position: (value: number) => string;
  /** Positions that are marked, such as events. */
  readonly marks?: () => readonly number[];
}

/** Two curves of errors on a logarithmic scale: the network's and copy-last's. */
export class Chart {
  readonly #plot: Plot;

  constructor({ holder, axis, position, marks }: ChartOptions) {
    const drawing = () => {
      const quiet = quietAxis();
      return {
        scales: { x: { time: false }, y: { distr: 3 as const } },
        axes: [
          positionAxis(axis, position),
          { ...quiet, ...POWERS, grid: { ...quiet.grid, filter: powersOfTen } },
        ],
        series: [
          {},
          { stroke: colour('--prediction'), width: 2, points: { show: false } },
          { stroke: colour('--copy'), width: 1.5, points: { show: false } },
        ],
        hooks: { draw: [(plot: uPlot) => drawMarks(plot, marks?.() ?? [], colour('--event'))] },
      };
    };
    this.#plot = new Plot({ holder, ...SIZE, drawing });
    this.show([[], [], []]);
  }

  /** @param columns positions, errors of the network, errors of copy-last */
  show([positions = [], ...curves]: readonly (readonly number[])[]): void {
    const shown = curves.map((curve) => curve.map((value) => Math.max(value, LEAST)));
    this.#plot.show([[...positions], ...shown], false);
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

const POWERS = {
  size: 56,
  filter: powersOfTen,
  values: (_: uPlot, all: (number | null)[]) => all.map(powerText),
};

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
