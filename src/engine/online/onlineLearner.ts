import { ForeframeError } from '../../common/errors.js';
import { Random } from '../../common/random.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { EntryRunner } from './streamMemory.js';

/** Clips to draw from: at ten frames a clip some half a minute, so that a step does not learn the last second alone. */
const KEPT = 64;

export interface OnlineLearnerOptions {
  /** Frames of a clip. */
  readonly length: number;
  readonly seed: number;
  /** Learning rates by the names of the entry's inputs, where a step names no others. */
  readonly rates: Named<number>;
  /** What a person does about a loss that is no number. */
  readonly advice: string;
}

/** What a step learned from, and its loss. */
export interface LearnedClip {
  readonly loss: number;
  /** The frames of the clip, uint8, one after the other. */
  readonly clip: Uint8Array;
}

/**
 * Goes on training a network with the frames that it watches, a clip a step. Clips are drawn from those kept; a new one takes the
 * place of one drawn at random, so that older ones fade. Memory does not grow.
 */
export class OnlineLearner {
  /** Steps so far. */
  steps = 0;
  readonly #runner: EntryRunner;
  readonly #options: OnlineLearnerOptions;
  readonly #random: Random;
  readonly #clips: Uint8Array[] = [];
  readonly #frames = new Map<string, Uint8Array[]>();

  /** @param runner of a program for training, on clips one at a time */
  constructor(runner: EntryRunner, options: OnlineLearnerOptions) {
    this.#runner = runner;
    this.#options = options;
    this.#random = Random.for(options.seed, 'learning while watching');
  }

  /** Take in a frame, uint8; clips do not cross from one source to another. */
  see(source: string, data: Uint8Array): void {
    const { length } = this.#options;
    const frames = this.#frames.get(source) ?? [];
    frames.push(data);
    if (frames.length === length) {
      const clip = new Uint8Array(length * data.length);
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
  async step(rates: Named<number> = this.#options.rates): Promise<LearnedClip | undefined> {
    if (this.#clips.length === 0) return undefined;
    const clip = this.#clips[this.#random.integer(this.#clips.length)]!;
    const outputs = await this.#runner.run('train', { clips: clip, ...rates });
    const loss = outputs.loss?.data[0];
    if (loss === undefined || !Number.isFinite(loss))
      throw new ForeframeError(
        `the loss is ${loss} after ${this.steps + 1} steps of learning while watching: ${this.#options.advice}`,
      );
    this.steps++;
    return { loss, clip };
  }
}
