// The live page: a camera goes in, and what a network expects of it comes out beside it.
import { messageOf } from '../../common/errors.js';
import type { LiveChoices, LiveSession, Seen } from '../watching/messages.js';
import { Choosing } from './choosing.js';
import { button, canvas, element, onScreen, put, say } from './elements.js';
import { VideoFrames } from './frames.js';
import { keep } from './keep.js';
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
  #weights: Uint8Array | undefined;
  readonly #frames: VideoFrames;
  readonly #figures: Figures;
  readonly #second = new SecondView();
  readonly #choosing: Choosing | undefined;
  #rate: number;
  #watch: Watch;
  /** What is said when the network is there; nothing after a fault, which stays. */
  #ready: string | undefined;
  /** What was seen last, and is not drawn yet. */
  #seen: { readonly frame: Uint8Array; readonly seen: Seen } | undefined;
  readonly #draw = onScreen(() => this.#drawSeen());

  constructor(session: LiveSession, weights: Uint8Array | undefined, choices: LiveChoices | undefined) {
    this.#session = session;
    this.#weights = weights;
    this.#rate = session.settings.learningRate;
    this.#frames = new VideoFrames(element('video', HTMLVideoElement), session);
    this.#choosing = choices && new Choosing(session, choices);
    element('choosing', HTMLElement).hidden = choices === undefined;
    this.#watch = this.#begin();
    this.#figures = new Figures(this.#watch);
    this.#frames.follow(
      (captured) => this.#watch.take(captured),
      () => this.#watch.cut(),
    );
    this.#connect();
  }

  /** Begin to watch. */
  async start(): Promise<void> {
    this.#sayWhat();
    const { source, video } = this.#session;
    if (source !== undefined) this.#sayReady(this.#watching());
    else if (video === undefined) await this.#useCamera();
    else await this.#use(() => this.#frames.useAddress(videoAddress, video));
  }

  #sayWhat(): void {
    const { name, trained } = this.#session;
    const what = trained
      ? `Goes on with ${name}.`
      : `A network that begins with random weights (${name}): it watches, expects the next frame, and learns.`;
    put('what', what);
  }

  #watching(): string {
    const name = this.#session.source ?? this.#frames.name;
    return name === undefined ? 'Nothing is watched: choose a video file.' : `Watching ${name}.`;
  }

  /** Say this once the network is there: that may take many seconds, in which nothing is watched. */
  #sayReady(text: string): void {
    this.#ready = text;
    say(this.#watch.device === undefined ? 'Preparing the network …' : text);
  }

  #sayFault(error: unknown): void {
    this.#ready = undefined;
    say(messageOf(error), true);
  }

  #begin(): Watch {
    const onSeen = (frame: Uint8Array, seen: Seen) => {
      this.#seen = { frame, seen };
      this.#draw();
      // For whoever measures the page: `foreframe bench live` does.
      document.dispatchEvent(new CustomEvent('foreframe', { detail: { ...seen, steps: watch.steps } }));
    };
    const onOpened = () => this.#ready !== undefined && say(this.#ready);
    const watch = new Watch(this.#session, this.#weights, this.#frames, { onOpened, onSeen, say });
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
    button('camera').addEventListener('click', () => this.#useCamera());
    const file = element('file', HTMLInputElement);
    button('choose').addEventListener('click', () => file.click());
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      if (chosen) void this.#use(() => this.#frames.useFile(chosen));
    });
    this.#choosing?.onChange(() => this.#sayChosen());
    element('computes-on', HTMLSelectElement).addEventListener('change', () => this.#sayChosen());
  }

  /** A list alone changes nothing: whoever waits for that waits in vain. */
  #sayChosen(): void {
    say(
      'Begin anew takes what is chosen. What this network has learned is then lost, unless you save it first.',
    );
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

  async #useCamera(): Promise<void> {
    say('Waiting for the camera: allow it where the browser asks.');
    await this.#use(() => this.#frames.useCamera());
  }

  async #use(open: () => Promise<void>): Promise<void> {
    try {
      await open();
      this.#watch.cut();
      if (!this.#watch.closed) this.#sayReady(this.#watching());
    } catch (error) {
      this.#sayFault(error);
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
      const from = trained ? `with the weights of ${name}` : 'with random weights';
      this.#sayReady(`Begun anew ${from}. ${this.#watching()}`);
    } catch (error) {
      this.#sayFault(error);
    }
    reset.disabled = false;
  }

  /** Take the session that is chosen. The server is asked even for the same one: where it has gone, the network has to stay. */
  async #choose(): Promise<void> {
    const choice = this.#choosing?.choice;
    const session = await fetchSession(choice);
    if (JSON.stringify(choice) === JSON.stringify(this.#session.choice)) return;
    this.#weights = await firstWeights(session);
    this.#session = session;
    this.#rate = session.settings.learningRate;
    this.#showRate();
    this.#frames.suit(session);
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
