import type { FrameShape } from '../../../models/videoModel.js';
import type { ExpectedMoment, NextSecond } from '../../watching/nextSecond.js';
import { button, canvas } from '../elements.js';
import { drawFrame } from '../pictures.js';

/** Milliseconds that the last frame stays before it begins again. */
const REST = 500;

/** A second that was expected, played over and over beside what came. */
export class Loop {
  readonly #onMoment: (at: number) => void;
  #second: NextSecond | undefined;
  #shape: FrameShape = { height: 1, width: 1, channels: 1 };
  #shown: ExpectedMoment | undefined;
  #plays = false;
  #began = 0;

  /** @param onMoment hears which frame is shown, from 0 */
  constructor(onMoment: (at: number) => void) {
    this.#onMoment = onMoment;
    button('play').addEventListener('click', () => this.#play(!this.#plays));
  }

  /** Play another second, unless a person asks for less motion: then it stands still until `Play`. */
  show(second: NextSecond, shape: FrameShape): void {
    this.#second = second;
    this.#shape = shape;
    this.#shown = undefined;
    this.#draw(0);
    this.#play(!matchMedia('(prefers-reduced-motion: reduce)').matches);
  }

  #play(plays: boolean): void {
    const waits = plays && !this.#plays;
    this.#plays = plays;
    this.#began = performance.now();
    button('play').textContent = plays ? 'Pause' : 'Play';
    if (waits) requestAnimationFrame(this.#next);
  }

  readonly #next = (): void => {
    if (!this.#plays || !this.#second) return;
    const { moments } = this.#second;
    const whole = moments.at(-1)!.ahead * 1000 + REST;
    const position = ((performance.now() - this.#began) % whole) / 1000;
    const at = moments.findIndex(({ ahead }) => ahead >= position);
    this.#draw(at < 0 ? moments.length - 1 : at);
    requestAnimationFrame(this.#next);
  };

  #draw(at: number): void {
    const moment = this.#second!.moments[at]!;
    if (moment === this.#shown) return;
    this.#shown = moment;
    drawFrame(canvas('loop-expected'), this.#shape, moment.expected);
    if (moment.came) drawFrame(canvas('loop-came'), this.#shape, moment.came);
    this.#onMoment(at);
  }
}
