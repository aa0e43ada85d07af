// The page of a training: how good it is now, whether it is getting better, how long yet; stop and save.
import { messageOf } from '../../common/errors.js';
import { button, element, put, say } from '../page/elements.js';
import { hasEnded, type TrainingState } from '../training/trainingState.js';
import { ChartList } from './chartList.js';
import { follow, NobodyThere, request } from './server.js';
import { Strip } from './strip.js';
import { duration, figure, labelOf, leftText, phaseText, trendText, whole } from './words.js';

/** Milliseconds in which a second click on Stop stops: one slip should not end a training of days. */
const SURE = 5000;

class TrainingPage {
  readonly #strip = new Strip();
  readonly #charts = new ChartList();
  #state: TrainingState | undefined;
  #heard = Date.now();
  #sure = 0;
  #said = '';

  constructor() {
    button('stop').addEventListener('click', () => this.#stop());
    button('save').addEventListener('click', () => this.#ask('save'));
  }

  news(state: TrainingState): void {
    this.#state = state;
    this.#heard = Date.now();
    document.title = titleOf(state);
    put('what', `${state.name} · method ${state.method} · model ${state.model}`);
    put('run', state.run);
    this.#say(phaseText(state), state.phase === 'killed');
    put('steps', `Step ${whole(state.step)}${state.steps === undefined ? '' : ` of ${whole(state.steps)}`}`);
    put('left', leftText(state));
    const progress = element('progress', HTMLProgressElement);
    if (state.progress === undefined) progress.removeAttribute('value');
    else progress.value = state.progress;
    const ended = hasEnded(state);
    button('stop').disabled = ended || state.asked === 'stop';
    button('save').disabled = ended || state.asked !== undefined;
    put(
      'saved',
      state.saved === undefined ? 'Nothing is saved yet.' : `Saved at step ${whole(state.saved)}.`,
    );
    showFigures(state);
    put('trend', trendText(state));
    this.#strip.update(state);
    this.#charts.update(state);
  }

  /** Nobody answers, or what was asked is refused. */
  lost(error: Error): void {
    button('stop').disabled = button('save').disabled = true;
    // What it ended with is shown, and true.
    if (error instanceof NobodyThere && this.#state && hasEnded(this.#state)) return;
    this.#say(
      lostText(error, this.#state, this.#heard),
      !(error instanceof NobodyThere) || this.#state !== undefined,
    );
  }

  /** A screen reader hears what changes, and only that. */
  #say(text: string, fault = false): void {
    if (text === this.#said) return;
    this.#said = text;
    say(text, fault);
  }

  #stop(): void {
    const stop = button('stop');
    const sure = performance.now() < this.#sure;
    this.#sure = sure ? 0 : performance.now() + SURE;
    stop.classList.toggle('sure', !sure);
    stop.textContent = sure ? 'Stop' : 'Save and stop?';
    if (sure) void this.#ask('stop');
    else
      setTimeout(() => {
        if (performance.now() < this.#sure) return;
        stop.classList.remove('sure');
        stop.textContent = 'Stop';
      }, SURE + 50);
  }

  async #ask(what: 'stop' | 'save'): Promise<void> {
    try {
      button(what).disabled = true;
      await request(what);
    } catch (error) {
      this.#say(messageOf(error), true);
    }
  }
}

function lostText(error: Error, state: TrainingState | undefined, heard: number): string {
  if (!(error instanceof NobodyThere)) return messageOf(error);
  if (!state) return 'Waiting for the training …';
  return (
    `The foreframe that gave out this page is not there any more; what is shown is of ${new Date(heard).toLocaleTimeString()}. ` +
    `If the training goes on, foreframe live ${state.run} shows it.`
  );
}

function titleOf({ phase, progress, name }: TrainingState): string {
  const far = phase === 'training' && progress !== undefined ? `${Math.floor(100 * progress)} % ` : '';
  return `${far}${name} · foreframe`;
}

/** The figures that matter, the most important first. */
function showFigures(state: TrainingState): void {
  const { latest, best, stepsPerSecond, predicts } = state;
  const copy = latest.validationCopyLast;
  const rows: (readonly [name: string, value: string, note?: string])[] = [];
  const validation = Object.keys(latest).filter((name) => name.startsWith('validation'));
  if (predicts && copy && latest.validation)
    rows.push(['Prediction / copy-last', (latest.validation / copy).toFixed(2), 'good below 1']);
  else for (const name of validation) rows.push([labelOf(name), figure(latest[name])]);
  rows.push(['Best validation', best ? `${figure(best.error)} at step ${whole(best.step)}` : '–']);
  rows.push(['Loss', figure(latest.loss)]);
  rows.push(['Learning rate', figure(latest.learningRate)]);
  const speed =
    stepsPerSecond === undefined
      ? '–'
      : stepsPerSecond >= 0.5
        ? `${figure(stepsPerSecond)} a second`
        : `one in ${duration(1 / stepsPerSecond)}`;
  rows.push(['Steps', speed]);
  element('figures', HTMLElement).replaceChildren(
    ...rows.map(([name, value, note]) => {
      const row = document.createElement('div');
      const shown = Object.assign(document.createElement('dd'), { textContent: value });
      if (note) shown.append(' ', Object.assign(document.createElement('small'), { textContent: note }));
      row.append(Object.assign(document.createElement('dt'), { textContent: name }), shown);
      return row;
    }),
  );
}

const page = new TrainingPage();
await follow(
  (state) => page.news(state),
  (error) => page.lost(error),
);
