// The live page: a camera goes in, and what a network expects of it comes out beside it.
import { messageOf } from '../../common/errors.js';
import type { LiveSession } from '../watching/messages.js';
import { Chart } from './charts.js';
import { button, canvas, element, put, say } from './elements.js';
import { VideoFrames } from './frames.js';
import { keep } from './keep.js';
import type { FirstWeights } from './networkLink.js';
import { drawDifference, drawFrame } from './pictures.js';
import { fetchSession, firstWeights, videoAddress } from './server.js';
import { Watch } from './watch.js';
import { sayWhere } from './where.js';

/** Milliseconds between two looks at figures and charts; frames are drawn as they come. */
const REFRESH = 500;
/** Frames over which the shown errors are means: two seconds at ten a second. */
const SMOOTH = 20;
/** Events that are listed. */
const LISTED = 3;

/** What the page is about: one session, and the network that watches now. */
class LivePage {
  readonly #session: LiveSession;
  readonly #weights: FirstWeights;
  readonly #frames: VideoFrames;
  #rate: number;
  #watch: Watch;
  #before = { time: performance.now(), frames: 0 };

  constructor(session: LiveSession, weights: FirstWeights) {
    this.#session = session;
    this.#weights = weights;
    const { frame, learningRate } = session.settings;
    this.#rate = learningRate;
    this.#frames = new VideoFrames(element('video', HTMLVideoElement), frame, session.fit);
    this.#watch = this.#begin();
    this.#frames.follow(() => this.#watch.take());
    const charts = this.#charts();
    setInterval(() => this.#refresh(charts), REFRESH);
    this.#connect();
    this.#listEvents();
  }

  /** Begin to watch. */
  async start(): Promise<void> {
    const { name, trained, video } = this.#session;
    put(
      'what',
      trained
        ? `Goes on with ${name}.`
        : `A network (${name}) that knows nothing yet: it watches, expects, and learns.`,
    );
    if (this.#session.source !== undefined) return say(`Watching ${this.#session.source}.`);
    await this.#use(() =>
      video === undefined ? this.#frames.useCamera() : this.#frames.useFile(videoAddress),
    );
  }

  #begin(): Watch {
    const { settings } = this.#session;
    const watch = new Watch(
      this.#session,
      this.#weights,
      this.#frames,
      (frame, { expected }) => {
        drawFrame(canvas('seen'), settings.frame, frame);
        if (!expected) return;
        drawFrame(canvas('expected'), settings.frame, expected);
        drawDifference(canvas('difference'), settings.frame, frame, expected);
      },
      say,
    );
    this.#before = { time: performance.now(), frames: 0 };
    watch.learn(this.#learningRate());
    return watch;
  }

  #charts() {
    const surprise = new Chart({
      holder: element('surprise-chart', HTMLElement),
      axis: 'seconds',
      position: (seconds) => String(seconds),
      marks: () => this.#watch.events.map(({ time }) => time),
    });
    const learning = new Chart({
      holder: element('learning-chart', HTMLElement),
      axis: 'steps',
      position: (steps) => steps.toLocaleString('en-US'),
    });
    return { surprise, learning };
  }

  #connect(): void {
    const rate = element('rate', HTMLInputElement);
    rate.value = String(Number(this.#rate.toPrecision(3)));
    rate.addEventListener('change', () => this.#setRate(rate));
    element('learn', HTMLInputElement).addEventListener('change', () =>
      this.#watch.learn(this.#learningRate()),
    );
    button('save').addEventListener('click', () => this.#save());
    button('reset').addEventListener('click', () => this.#reset());
    button('camera').addEventListener('click', () => this.#use(() => this.#frames.useCamera()));
    const file = element('file', HTMLInputElement);
    button('choose').addEventListener('click', () => file.click());
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      if (chosen) void this.#use(() => this.#frames.useFile(chosen));
    });
  }

  /** What the controls say; 0: do not learn. */
  #learningRate(): number {
    return element('learn', HTMLInputElement).checked ? this.#rate : 0;
  }

  #setRate(input: HTMLInputElement): void {
    const rate = Number(input.value);
    if (rate > 0 && Number.isFinite(rate)) {
      this.#rate = rate;
      this.#watch.learn(this.#learningRate());
      say(`Learning rate ${rate}.`);
    } else {
      say(`A learning rate is a number above 0: it stays at ${this.#rate}.`, true);
      input.value = String(this.#rate);
    }
  }

  async #use(open: () => Promise<void>): Promise<void> {
    try {
      await open();
      this.#watch.cut();
      if (!this.#watch.closed) say('Watching.');
    } catch (error) {
      say(messageOf(error), true);
    }
  }

  #reset(): void {
    this.#watch.close();
    this.#watch = this.#begin();
    this.#listEvents();
    say(
      this.#session.trained
        ? `Back at the weights of ${this.#session.name}.`
        : 'Begun anew: it knows nothing.',
    );
  }

  async #save(): Promise<void> {
    const save = button('save');
    save.disabled = true;
    say('Saving …');
    try {
      say(await keep(await this.#watch.save(), this.#session, this.#watch.seconds));
    } catch (error) {
      say(messageOf(error), true);
    }
    save.disabled = false;
  }

  #refresh({ surprise, learning }: { surprise: Chart; learning: Chart }): void {
    const watch = this.#watch;
    surprise.show(watch.surprise.columns);
    learning.show(watch.learning.columns);
    const [error, copyLast] = [watch.surprise.mean(0, SMOOTH), watch.surprise.mean(1, SMOOTH)];
    put('error', figure(error));
    put('copy-last', figure(copyLast));
    put('ratio', Number.isNaN(error) || copyLast === 0 ? '–' : (error / copyLast).toFixed(2));
    put('steps', watch.steps.toLocaleString('en-US'));
    put('dropped', watch.dropped.toLocaleString('en-US'));
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

function figure(value: number): string {
  return Number.isNaN(value) ? '–' : value.toPrecision(2);
}

try {
  const session = await fetchSession();
  sayWhere(session);
  await new LivePage(session, await firstWeights(session)).start();
} catch (error) {
  say(messageOf(error), true);
}
