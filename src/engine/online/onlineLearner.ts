import { ForeframeError } from '../../common/errors.js';
import { Random } from '../../common/random.js';
import type { PipelineConfig } from '../../config/config.js';
import type { Engine } from '../../engine/engine.js';
import { clipMethodOf } from '../../methods/index.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { Frame } from '../../video/index.js';

/** Clips to draw from: at ten frames a clip some half a minute, so that a step does not learn the last second alone. */
const KEPT = 64;

/**
 * Goes on training a network with the frames that it watches, a clip a step. Clips are drawn from those kept; a new one takes the
 * place of one drawn at random, so that older ones fade. Memory does not grow. The learning rate is the run's over its batch: a step
 * on one clip moves the weights as far as its share of a step on a batch did (the linear scaling rule).
 */
export class OnlineLearner {
  /** Steps so far. */
  steps = 0;
  readonly #engine: Engine;
  readonly #length: number;
  readonly #rates: Named<number>;
  readonly #random: Random;
  readonly #clips: Uint8Array[] = [];
  readonly #frames = new Map<string, Uint8Array[]>();

  /** @param engine for training, on clips one at a time */
  constructor(engine: Engine, { data, method, training, seed }: PipelineConfig) {
    this.#engine = engine;
    this.#length = data.steps + 1;
    const ofMethod = clipMethodOf(method).learningRates?.(method) ?? {};
    const all = Object.entries({ learningRate: training.learningRate, ...ofMethod });
    this.#rates = Object.fromEntries(all.map(([name, rate]) => [name, rate / training.batch]));
    this.#random = Random.for(seed, 'learning while watching');
  }

  /** Take in a frame; clips do not cross from one source to another. */
  see({ source, data }: Frame): void {
    const frames = this.#frames.get(source) ?? [];
    frames.push(data);
    if (frames.length === this.#length) {
      const clip = new Uint8Array(this.#length * data.length);
      frames.forEach((frame, at) => {
        clip.set(frame, at * data.length);
      });
      frames.length = 0;
      if (this.#clips.length < KEPT) this.#clips.push(clip);
      else this.#clips[this.#random.integer(KEPT)] = clip;
    }
    this.#frames.set(source, frames);
  }

  /** The source has ended: what is left of it makes no clip. */
  forget(source: string): void {
    this.#frames.delete(source);
  }

  /** One step, where there is a clip. @throws ForeframeError when the loss is no number */
  async step(): Promise<void> {
    if (this.#clips.length === 0) return;
    const clips = this.#clips[this.#random.integer(this.#clips.length)]!;
    const outputs = await this.#engine.run('train', { clips, ...this.#rates });
    const loss = outputs.loss?.data[0];
    if (loss === undefined || !Number.isFinite(loss))
      throw new ForeframeError(
        `the loss is ${loss} after ${this.steps + 1} steps of learning while watching: watch without --learn, or train the run again with a lower training.learningRate`,
      );
    this.steps++;
  }
}
