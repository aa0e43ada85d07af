// The live page: a camera goes in, and what a network expects of it comes out beside it.
import { messageOf } from '../../common/errors.js';
import type { LiveChoices, LiveSession, Seen } from '../watching/messages.js';
import { Choosing } from './choosing.js';
import { button, canvas, element, onScreen, put, say } from './elements.js';
import { VideoFrames } from './frames.js';
import { keep } from './keep.js';
import type { FirstWeights } from './networkLink.js';
import { drawDifference, drawFrame } from './pictures.js';
import { fetchChoices, fetchSession, firstWeights, videoAddress } from './server.js';
import { Figures } from './show/figures.js';
import { SecondView } from './show/secondView.js';
import { Watch } from './watch.js';
import { sayWhere } from './where.js';

/** Key of the button `Next second`. */
const SECOND_KEY = 'n';

/** What the page is about: one session, and the network that watches now. */
class LivePage {
  #session: LiveSession;
  #weights: FirstWeights;
  readonly #frames: VideoFrames;
  readonly #figures: Figures;
  readonly #second = new SecondView();
  readonly #choosing: Choosing | undefined;
  #rate: number;
  #watch: Watch;
  /** What was seen last, and is not drawn yet. */
  #seen: { readonly frame: Uint8Array; readonly seen: Seen } | undefined;
  readonly #draw = onScreen(() => this.#drawSeen());

  constructor(session: LiveSession, weights: FirstWeights, choices: LiveChoices | undefined) {
    this.#session = session;
    this.#weights = weights;
    const { frame, learningRate } = session.settings;
    this.#rate = learningRate;
    this.#frames = new VideoFrames(element('video', HTMLVideoElement), frame, session.fit);
    this.#choosing = choices && new Choosing(session, choices);
    element('choosing', HTMLElement).hidden = choices === undefined;
    this.#watch = this.#begin();
    this.#figures = new Figures(this.#watch);
    this.#frames.follow((captured) => this.#watch.take(captured));
    this.#connect();
  }

  /** Begin to watch. */
  async start(): Promise<void> {
    this.#sayWhat();
    const { source, video } = this.#session;
    if (source !== undefined) return say(`Watching ${source}.`);
    await this.#use(() =>
      video === undefined ? this.#frames.useCamera() : this.#frames.useFile(videoAddress),
    );
  }

  #sayWhat(): void {
    const { name, trained } = this.#session;
    const what = trained
      ? `Goes on with ${name}.`
      : `A network (${name}) that knows nothing yet: it watches, expects, and learns.`;
    put('what', what);
  }

  #begin(): Watch {
    const watch = new Watch(
      this.#session,
      this.#weights,
      this.#frames,
      (frame, seen) => {
        this.#seen = { frame, seen };
        this.#draw();
        // For whoever measures the page: `foreframe bench live` does.
        document.dispatchEvent(new CustomEvent('foreframe', { detail: { ...seen, steps: watch.steps } }));
      },
      say,
    );
    watch.learn(this.#learningRate());
    return watch;
  }

  #drawSeen(): void {
    const { frame: shape } = this.#session.settings;
    this.#second.show(this.#watch.second, shape);
    if (!this.#seen) return;
    const { frame, seen } = this.#seen;
    this.#seen = undefined;
    drawFrame(canvas('seen'), shape, frame);
    if (!seen.expected) return;
    drawFrame(canvas('expected'), shape, seen.expected);
    drawDifference(canvas('difference'), shape, frame, seen.expected);
  }

  #connect(): void {
    const rate = element('rate', HTMLInputElement);
    this.#showRate();
    rate.addEventListener('change', () => this.#setRate(rate));
    element('learn', HTMLInputElement).addEventListener('change', () =>
      this.#watch.learn(this.#learningRate()),
    );
    button('next').addEventListener('click', () => this.#expectSecond());
    document.addEventListener('keydown', (event) => {
      if (event.key.toLowerCase() !== SECOND_KEY || isTyping(event)) return;
      this.#expectSecond();
    });
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

  #showRate(): void {
    element('rate', HTMLInputElement).value = String(Number(this.#rate.toPrecision(3)));
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

  #expectSecond(): void {
    try {
      this.#watch.askSecond();
    } catch (error) {
      say(messageOf(error), true);
    }
  }

  async #reset(): Promise<void> {
    const reset = button('reset');
    reset.disabled = true;
    try {
      await this.#choose();
      this.#watch.close();
      this.#seen = undefined;
      this.#watch = this.#begin();
      this.#figures.follow(this.#watch);
      this.#draw();
      const { trained, name } = this.#session;
      say(trained ? `Back at the weights of ${name}.` : 'Begun anew: it knows nothing.');
    } catch (error) {
      say(messageOf(error), true);
    }
    reset.disabled = false;
  }

  /** Ask the server for the session that is chosen, where it is another one. */
  async #choose(): Promise<void> {
    const choice = this.#choosing?.choice;
    if (JSON.stringify(choice) === JSON.stringify(this.#session.choice)) return;
    const session = await fetchSession(choice);
    this.#weights = await firstWeights(session);
    this.#session = session;
    this.#rate = session.settings.learningRate;
    this.#showRate();
    this.#frames.resize(session.settings.frame);
    this.#sayWhat();
  }

  async #save(): Promise<void> {
    const save = button('save');
    save.disabled = true;
    say('Saving …');
    try {
      say(await keep(await this.#watch.save(), this.#session, this.#watch.seconds));
      const choices = await fetchChoices(this.#session);
      if (choices) this.#choosing?.list(choices);
    } catch (error) {
      say(messageOf(error), true);
    }
    save.disabled = false;
  }
}

/** Whether a key belongs to a field, or to the browser. */
function isTyping({ target, ctrlKey, metaKey, altKey, repeat }: KeyboardEvent): boolean {
  const inField =
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'button');
  return inField || ctrlKey || metaKey || altKey || repeat;
}

try {
  const session = await fetchSession();
  sayWhere(session);
  const [weights, choices] = [await firstWeights(session), await fetchChoices(session)];
  await new LivePage(session, weights, choices).start();
} catch (error) {
  say(messageOf(error), true);
}
