import uPlot from 'uplot';

const FONT = '12px system-ui, sans-serif';
/** Distances between two numbers of the horizontal axis: whole ones. */
const STEPS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].flatMap((power) => [
  power,
  2 * power,
  5 * power,
]);

/** What differs between the charts of the pages. */
export type Drawing = Pick<uPlot.Options, 'axes' | 'series' | 'scales' | 'hooks'>;

export interface PlotOptions {
  readonly holder: HTMLElement;
  readonly height: number;
  /** Pixels that it is wide at least. */
  readonly least: number;
  /** How it is drawn, in the colours of now. */
  readonly drawing: () => Drawing;
}

/** A chart without words of its own that follows the width of its holder and the colours of the page. */
export class Plot {
  readonly #options: PlotOptions;
  #data: uPlot.AlignedData | undefined;
  #plot: uPlot | undefined;

  constructor(options: PlotOptions) {
    this.#options = options;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#make());
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(options.holder);
  }

  /** Draw these positions and curves. @param anew draw axes and series again, which are other ones */
  show(data: uPlot.AlignedData, anew: boolean): void {
    this.#data = data;
    if (this.#plot && !anew) this.#plot.setData(data);
    else this.#make();
  }

  #make(): void {
    if (!this.#data) return;
    this.#plot?.destroy();
    const { holder, drawing } = this.#options;
    const still = { legend: { show: false }, cursor: { show: false } };
    this.#plot = new uPlot({ ...this.#size(), ...still, ...drawing() }, this.#data, holder);
  }

  #size(): { width: number; height: number } {
    const { holder, height, least } = this.#options;
    return { width: Math.max(least, holder.clientWidth), height };
  }
}

/** A colour of the page's style sheet, such as `--line`. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** An axis that stays in the background. */
export function quietAxis() {
  return {
    stroke: colour('--quiet'),
    font: FONT,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
}

/** The horizontal axis. @param counts what it counts @param text how a position is written */
export function positionAxis(counts: string, text: (position: number) => string): uPlot.Axis {
  return {
    ...quietAxis(),
    incrs: STEPS,
    size: 32,
    label: counts,
    labelSize: 18,
    labelFont: FONT,
    values: (_, positions) => positions.map(text),
  };
}
