import { element, onScreen, put } from '../elements.js';
import type { Watch } from '../watch.js';
import { Chart } from './charts.js';

/** Milliseconds between two looks at figures and charts; frames are drawn as they come. */
const REFRESH = 500;
/** Frames over which the shown errors are means: two seconds at ten a second. */
const SMOOTH = 20;
/** Frames a second, of those that are asked for, below which a person should know why: so many looks in a row. */
const SLOW = { share: 0.5, looks: 3 };
const SLOW_TEXT =
  'This machine is too slow for so many frames: smaller frames, a smaller network or a lower rate help.';
/** Events that are listed. */
const LISTED = 3;

/** Figures, charts and the list of events: how a network is doing. */
export class Figures {
  #watch: Watch;
  #before = { time: performance.now(), frames: 0 };
  #slowLooks = 0;
  readonly #surprise = new Chart({
    holder: element('surprise-chart', HTMLElement),
    axis: 'seconds',
    position: (seconds) => String(seconds),
    marks: () => this.#watch.events.map(({ time }) => time),
  });
  readonly #learning = new Chart({
    holder: element('learning-chart', HTMLElement),
    axis: 'steps',
    position: (steps) => steps.toLocaleString('en-US'),
  });

  constructor(watch: Watch) {
    this.#watch = watch;
    setInterval(
      onScreen(() => this.#refresh()),
      REFRESH,
    );
  }

  /** Show another network from now on. */
  follow(watch: Watch): void {
    this.#watch = watch;
    this.#before = { time: performance.now(), frames: 0 };
    this.#slowLooks = 0;
    for (const [id, text] of [
      ['speed', '–'],
      ['slow', ''],
    ] as const)
      put(id, text);
    this.#refresh();
  }

  #refresh(): void {
    const watch = this.#watch;
    this.#surprise.show(watch.surprise.columns);
    this.#learning.show(watch.learning.columns);
    const [error, copyLast] = [watch.surprise.mean(0, SMOOTH), watch.surprise.mean(1, SMOOTH)];
    put('error', figure(error));
    put('copy-last', figure(copyLast));
    put('ratio', Number.isNaN(error) || copyLast === 0 ? '–' : (error / copyLast).toFixed(2));
    put('steps', watch.steps.toLocaleString('en-US'));
    put('dropped', watch.dropped.toLocaleString('en-US'));
    put('latency', Number.isNaN(watch.latency) ? '–' : `${watch.latency.toFixed(0)} ms`);
    put('step', watch.steps === 0 ? '–' : `${((watch.seconds / watch.steps) * 1000).toFixed(0)} ms`);
    if (watch.device !== undefined) put('device', watch.device);
    this.#speed(watch);
    this.#listEvents();
  }

  #speed({ frames, sampling }: Watch): void {
    const time = performance.now();
    const since = time - this.#before.time;
    if (since < 2000) return;
    const rate = ((frames - this.#before.frames) / since) * 1000;
    put('speed', `${rate.toFixed(1)} of ${sampling.asked}`);
    // Where nothing comes, it is not for want of speed.
    const slow = rate > 0 && rate < SLOW.share * sampling.asked;
    this.#slowLooks = slow ? this.#slowLooks + 1 : 0;
    put('slow', this.#slowLooks >= SLOW.looks ? SLOW_TEXT : '');
    this.#before = { time, frames };
  }

  #listEvents(): void {
    const list = element('events', HTMLOListElement);
    const texts = this.#watch.events
      .slice(-LISTED)
      .reverse()
      .map(({ time, score }) => `at ${time.toFixed(1)} s: score ${score.toFixed(1)}`);
    // A screen reader hears what changes, and only that.
    if (texts.join() === [...list.children].map(({ textContent }) => textContent).join()) return;
    list.replaceChildren(
      ...texts.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
    );
  }
}

/** Two digits that count; nothing while there is none. */
export function figure(value: number): string {
  return Number.isNaN(value) ? '–' : value.toPrecision(2);
}
