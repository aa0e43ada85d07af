import { Random } from '../common/random.js';
import { type Augmentation, augment, changesPictures } from './augmentation.js';
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

/** Pictures of one training step: `labelled`, their `labels` and, where the step takes any, `unlabelled` and `teacherView`. */
export type ClassifierBatch = Record<string, Uint8Array | Int32Array>;

export interface ClassifierBatchSizes {
  /** Pictures in a training step that have a label. */
  readonly labelled: number;
  /** Pictures in a training step that have none; may be 0. */
  readonly unlabelled: number;
  /** So many steps at the beginning take labelled pictures alone. */
  readonly labelsFirst?: number;
  /** The teacher gets the same pictures, labelled first, augmented anew. */
  readonly teacherView?: boolean;
}

/** Pictures that the first `steps` steps learn from, repeats counted; the teacher's views are no others. */
export function picturesSeen(
  { labelled, unlabelled, labelsFirst = 0 }: ClassifierBatchSizes,
  steps: number,
): number {
  return steps * labelled + Math.max(0, steps - labelsFirst) * unlabelled;
}

/** The batches of a training: which pictures step n sees, and how, follows from the seed and n alone. */
export class ClassifierBatches {
  readonly #labelled: ShuffledPasses;
  readonly #unlabelled: ShuffledPasses;

  constructor(
    readonly data: ClassifierData,
    readonly sizes: ClassifierBatchSizes,
    readonly seed: number,
    readonly augmentation: Augmentation = { translate: 0, flip: false },
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
    const later = step - (sizes.labelsFirst ?? 0);
    const others = later < 0 ? [] : this.#unlabelled.take(later * sizes.unlabelled, sizes.unlabelled);
    const labels = Int32Array.from(places, (place) => data.train.labels[place]!);
    return {
      labelled: this.#seen(places, step, 'labelled'),
      labels,
      ...(others.length > 0 && { unlabelled: this.#seen(others, step, 'unlabelled') }),
      ...(sizes.teacherView &&
        later >= 0 && { teacherView: this.#seen([...places, ...others], step, 'teacherView') }),
    };
  }

  #seen(places: readonly number[], step: number, purpose: string): Uint8Array {
    const { data, seed, augmentation } = this;
    const pictures = gather(data.train, places);
    if (!changesPictures(augmentation)) return pictures;
    return augment(pictures, data.train, augmentation, Random.for(seed, `augmentation/${purpose}/${step}`));
  }
}
