import type { LiveChoice, LiveChoices, LiveSession } from '../watching/messages.js';
import { element } from './elements.js';

const AS_STARTED = '';
const RUN = 'run ';
const MODEL = 'model ';

/** Which network begins anew, with which frames: three lists. */
export class Choosing {
  readonly #started: LiveSession;
  readonly #network = element('network', HTMLSelectElement);
  readonly #size = element('size', HTMLSelectElement);
  readonly #rate = element('frame-rate', HTMLSelectElement);

  /** @param started what the page was opened with */
  constructor(started: LiveSession, choices: LiveChoices) {
    this.#started = started;
    const { width, height } = started.settings.frame;
    fill(
      this.#size,
      choices.sizes.map(([w, h]) => [`${w}×${h}`, `${w}×${h}`]),
      `${width}×${height}`,
    );
    fill(
      this.#rate,
      choices.rates.map((rate) => [String(rate), `${rate} a second`]),
      String(started.rate),
    );
    this.list(choices);
    this.#network.addEventListener('change', () => this.#limit());
    this.#limit();
  }

  /** @param hear that a person chose something else */
  onChange(hear: () => void): void {
    for (const list of [this.#network, this.#size, this.#rate]) list.addEventListener('change', hear);
  }

  /** Models, and the runs that there are now. */
  list({ models, runs: all }: LiveChoices): void {
    const kept = this.#network.value;
    const { name } = this.#started;
    // The run that the page was opened with stands first already.
    const runs = all.filter((run) => `runs/${run}` !== name);
    this.#network.replaceChildren(
      new Option(name, AS_STARTED),
      group(
        'Networks with random weights',
        models.map((model) => new Option(model, MODEL + model)),
      ),
      ...(runs.length > 0
        ? [
            group(
              'Runs',
              runs.map((run) => new Option(`runs/${run}`, RUN + run)),
            ),
          ]
        : []),
    );
    this.#network.value = kept;
    // A run that is gone cannot stay chosen.
    if (this.#network.selectedIndex < 0) this.#network.value = AS_STARTED;
    this.#limit();
  }

  /** What is chosen; nothing: what the page was opened with. */
  get choice(): LiveChoice | undefined {
    const { value } = this.#network;
    if (value.startsWith(RUN)) return { run: value.slice(RUN.length) };
    const { settings, rate, trained } = this.#started;
    if (value === AS_STARTED && trained) return undefined;
    const [width = 0, height = 0] = this.#size.value.split('×').map(Number);
    const asked = { width, height, rate: Number(this.#rate.value) };
    if (value.startsWith(MODEL)) return { model: value.slice(MODEL.length), ...asked };
    const same = width === settings.frame.width && height === settings.frame.height && asked.rate === rate;
    return same ? undefined : asked;
  }

  /** A run keeps its frames. */
  #limit(): void {
    const { value } = this.#network;
    const fixed = value.startsWith(RUN) || (value === AS_STARTED && this.#started.trained);
    this.#size.disabled = this.#rate.disabled = fixed;
  }
}

function fill(
  select: HTMLSelectElement,
  options: readonly (readonly [string, string])[],
  chosen: string,
): void {
  select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  select.value = chosen;
}

function group(label: string, options: readonly HTMLOptionElement[]): HTMLOptGroupElement {
  const made = Object.assign(document.createElement('optgroup'), { label });
  made.append(...options);
  return made;
}
