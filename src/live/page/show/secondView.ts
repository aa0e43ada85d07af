import type { FrameShape } from '../../../models/videoModel.js';
import type { ExpectedMoment, NextSecond } from '../../watching/nextSecond.js';
import { element, put } from '../elements.js';
import { drawFrame } from '../pictures.js';
import { figure } from './figures.js';
import { Loop } from './loop.js';

/** The places of one frame of the second. */
interface Column {
  readonly time: HTMLElement;
  readonly expected: HTMLCanvasElement;
  readonly came: HTMLCanvasElement;
  readonly error: HTMLElement;
  readonly copyLast: HTMLElement;
  shown?: ExpectedMoment;
}

/** The second that was expected, as a film strip over what came: a table, a column for each frame. */
export class SecondView {
  #second: NextSecond | undefined;
  #columns: Column[] = [];
  #complete = false;
  readonly #loop = new Loop((at) => this.#mark(at));

  /** Draw what is new: another second, or frames of it that came. Nothing to show: nothing is seen of it. */
  show(second: NextSecond | undefined, shape: FrameShape): void {
    if (second !== this.#second) this.#begin(second, shape);
    if (!second) return;
    second.moments.forEach((moment, at) => {
      const column = this.#columns[at]!;
      if (column.shown === moment) return;
      column.shown = moment;
      drawColumn(column, moment, shape);
    });
    if (this.#complete || !second.complete) return;
    this.#complete = true;
    put('second-result', resultText(second));
  }

  #begin(second: NextSecond | undefined, shape: FrameShape): void {
    this.#second = second;
    this.#complete = false;
    element('second', HTMLElement).hidden = second === undefined;
    if (!second) return;
    put('second-since', `from the frame at ${second.since.toFixed(1)} s on, without another look`);
    put('second-result', 'What comes is shown beneath.');
    this.#columns = second.moments.map(() => newColumn());
    const rows = {
      'second-times': this.#columns.map(({ time }) => time),
      'second-expected': this.#columns.map(({ expected }) => cellOf(expected)),
      'second-came': this.#columns.map(({ came }) => cellOf(came)),
      'second-errors': this.#columns.map(({ error }) => error),
      'second-copies': this.#columns.map(({ copyLast }) => copyLast),
    };
    for (const [id, cells] of Object.entries(rows)) {
      const row = element(id, HTMLTableRowElement);
      row.replaceChildren(row.cells[0]!, ...cells);
    }
    this.#loop.show(second, shape);
  }

  #mark(at: number): void {
    this.#columns.forEach(({ time }, each) => {
      time.classList.toggle('now', each === at);
    });
  }
}

function newColumn(): Column {
  return {
    time: Object.assign(document.createElement('th'), { scope: 'col' }),
    expected: document.createElement('canvas'),
    came: document.createElement('canvas'),
    error: document.createElement('td'),
    copyLast: document.createElement('td'),
  };
}

function cellOf(canvas: HTMLCanvasElement): HTMLTableCellElement {
  canvas.setAttribute('role', 'img');
  const cell = document.createElement('td');
  cell.append(canvas);
  return cell;
}

function drawColumn(column: Column, moment: ExpectedMoment, shape: FrameShape): void {
  const ahead = `${moment.ahead.toFixed(2)} s`;
  column.time.textContent = `+${ahead}`;
  drawFrame(column.expected, shape, moment.expected);
  column.expected.setAttribute('aria-label', `expected ${ahead} ahead`);
  column.came.setAttribute('aria-label', moment.came ? `came ${ahead} later` : 'has not come yet');
  if (!moment.came) {
    Object.assign(column.came, { width: shape.width, height: shape.height });
    return;
  }
  drawFrame(column.came, shape, moment.came);
  const { error = 0, copyLast = 0 } = moment;
  column.error.textContent = figure(error);
  column.copyLast.textContent = figure(copyLast);
  column.error.classList.toggle('better', error < copyLast);
}

function resultText({ means }: NextSecond): string {
  if (!means) return 'Nothing came: another source has begun, or the video anew.';
  const { error, copyLast } = means;
  const share = copyLast > 0 ? `: ${(error / copyLast).toFixed(2)} of it` : '';
  return `Mean error ${figure(error)}, that of copying the last frame seen ${figure(copyLast)}${share}.`;
}
