import { canvas, element, put } from '../page/elements.js';
import type { TrainingState } from '../training/trainingState.js';
import { fetchSample } from './server.js';

/** Rows of an image: truth, prediction, difference. */
const ROWS = 3;
/** Pixels between two frames. */
const GAP = 6;

/** The images of the training: the newest, or an earlier one that a person chose. */
export class Strip {
  #samples: TrainingState['samples'] = [];
  #frame: TrainingState['frame'];
  #shown: string | undefined;
  /** Shows the newest until a person chooses an earlier one. */
  #newest = true;

  constructor() {
    const slider = element('earlier', HTMLInputElement);
    slider.addEventListener('input', () => {
      this.#newest = Number(slider.value) === this.#samples.length - 1;
      void this.#show(Number(slider.value));
    });
  }

  update({ predicts, samples, frame, validates }: TrainingState): void {
    element('now', HTMLElement).hidden = !predicts;
    if (!predicts) return;
    const chosen = this.#samples[Number(element('earlier', HTMLInputElement).value)];
    this.#samples = samples;
    this.#frame = frame;
    element('strip-box', HTMLElement).hidden = samples.length === 0;
    if (samples.length === 0) {
      put('strip-title', `What it predicts: the first image comes when it validates, ${validates}`);
      return;
    }
    const slider = element('earlier', HTMLInputElement);
    element('earlier-label', HTMLElement).hidden = samples.length < 2;
    slider.max = String(samples.length - 1);
    // The image that was chosen may have made room for a newer one.
    const place = chosen ? samples.findLastIndex(({ step }) => step <= chosen.step) : -1;
    const at = this.#newest || place < 0 ? samples.length - 1 : place;
    slider.value = String(at);
    void this.#show(at);
  }

  async #show(at: number): Promise<void> {
    const sample = this.#samples[at];
    if (!sample || sample.name === this.#shown) return;
    const before = this.#shown;
    this.#shown = sample.name;
    try {
      const image = await fetchSample(sample.name);
      // Another one was chosen meanwhile.
      if (this.#shown === sample.name) this.#draw(image, sample.step);
    } catch {
      // It made room for a newer one, which comes next.
      if (this.#shown === sample.name) this.#shown = before;
    }
  }

  #draw(image: ImageBitmap, step: number): void {
    const { height: high, width: wide } = this.#frame!;
    const height = image.height / ROWS;
    const width = (wide * height) / high;
    const columns = Math.max(1, Math.round(image.width / width));
    const shown = canvas('strip');
    shown.width = columns * width + (columns - 1) * GAP;
    shown.height = image.height + (ROWS - 1) * GAP;
    const context = shown.getContext('2d')!;
    context.imageSmoothingEnabled = false;
    for (let row = 0; row < ROWS; row++)
      for (let column = 0; column < columns; column++) {
        const [x, y] = [column * width, row * height];
        context.drawImage(image, x, y, width, height, x + column * GAP, y + row * GAP, width, height);
      }
    const text = `after ${step.toLocaleString('en-US')} steps`;
    put('strip-title', `What it predicts ${text}`);
    shown.setAttribute('aria-label', `Truth, prediction and difference of a validation clip, ${text}`);
    element('earlier', HTMLInputElement).setAttribute('aria-valuetext', text);
  }
}
