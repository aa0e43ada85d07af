import { Random } from '../common/random.js';
import { type ClassifierData, gather } from './classifierData.js';

/** Endless passes over `0 … count − 1`, each in an order of its own that follows from seed, purpose and number of the pass. */
export class ShuffledPasses {
  #pass = -1;
  #order: Uint32Array = new Uint32Array();

  constructor(
    readonly count: number,
    readonly seed: number,
    readonly purpose: string,
  ) {}

  /** The items from `start` on, counted from the beginning of the first pass: any place can be asked for at any time. */
  take(start: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => this.#at(start + i));
  }

  #at(index: number): number {
    const pass = Math.floor(index / this.count);
    if (pass !== this.#pass) {
      this.#order = permutation(this.count, Random.for(this.seed, `${this.purpose}/${pass}`));
      this.#pass = pass;
    }
    return this.#order[index % this.count]!;
  }
}

function permutation(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** Pictures of one training step: `labelled`, their `labels` and, where the step takes any, `unlabelled`. */
export type ClassifierBatch = Record<string, Uint8Array | Int32Array>;

/** The batches of a training: which pictures step n sees follows from the seed and n alone. */
export class ClassifierBatches {
  readonly #labelled: ShuffledPasses;
  readonly #unlabelled: ShuffledPasses;

  constructor(
    readonly data: ClassifierData,
    readonly sizes: { readonly labelled: number; readonly unlabelled: number },
    seed: number,
  ) {
    this.#labelled = new ShuffledPasses(data.labelled.length, seed, 'labelled');
    // All pictures to train on: those with a label are some more without.
    this.#unlabelled = new ShuffledPasses(data.train.count, seed, 'unlabelled');
  }

  /** @param step from 0 */
  batch(step: number): ClassifierBatch {
    const { data, sizes } = this;
    const chosen = this.#labelled.take(step * sizes.labelled, sizes.labelled);
    const places = chosen.map((at) => data.labelled[at]!);
    const labelled = gather(data.train, places);
    const labels = Int32Array.from(places, (place) => data.train.labels[place]!);
    if (sizes.unlabelled === 0) return { labelled, labels };
    const others = this.#unlabelled.take(step * sizes.unlabelled, sizes.unlabelled);
    return { labelled, labels, unlabelled: gather(data.train, others) };
  }
}
