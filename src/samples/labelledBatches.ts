import { Random } from '../common/random.js';
import { type AugmentationViews, augmentationViews, changesSamples, see, viewOf } from '../views/index.js';
import { gather, type SampleData, samplesOf } from './sampleData.js';
import { ShuffledPasses } from './shuffledPasses.js';

/**
 * Images of one training step: `labelled`, their `labels` and, where the step takes any, `unlabelled`, further views, `places`,
 * `teacherView`.
 */
export type LabelledBatch = Record<string, Uint8Array | Int32Array>;

/** One more view of the unlabelled images of a step. */
export interface UnlabelledView {
  /** Under which it is fed. */
  readonly name: string;
  /** How it is changed; as all others by default. */
  readonly augmentation?: AugmentationViews;
}

export interface LabelledBatchSizes {
  /** Images in a training step that have a label. */
  readonly labelled: number;
  /** Images in a training step that have none; may be 0. */
  readonly unlabelled: number;
  /** The first steps take labelled images only; so many. */
  readonly labelsFirst?: number;
  /** The teacher gets the same images, labelled first, augmented again. */
  readonly teacherView?: boolean;
  /** Further views of the unlabelled images. */
  readonly views?: readonly UnlabelledView[];
  /** An unlabelled image is mirrored in all its views, or in none. */
  readonly sharesFlip?: boolean | undefined;
  /** Say at which places of the training images the unlabelled ones are. */
  readonly places?: boolean | undefined;
}

/** Images that the first `steps` steps learn from, repeats counted. The teacher's views show the same images. */
export function imagesSeen(
  { labelled, unlabelled, labelsFirst = 0 }: LabelledBatchSizes,
  steps: number,
): number {
  return steps * labelled + Math.max(0, steps - labelsFirst) * unlabelled;
}

/** Batches of images with and without a label. Which images step n sees, and how, follows from the seed and n alone. */
export class LabelledBatches {
  readonly #labelled: ShuffledPasses;
  readonly #unlabelled: ShuffledPasses;

  constructor(
    readonly data: SampleData,
    readonly sizes: LabelledBatchSizes,
    readonly seed: number,
    readonly augmentation: AugmentationViews = augmentationViews.parse({}),
  ) {
    this.#labelled = new ShuffledPasses(data.labelled.length, seed, 'labelled');
    // All training images: labelled ones are used without their label too.
    this.#unlabelled = new ShuffledPasses(data.train.count, seed, 'unlabelled');
  }

  /** @param step from 0 */
  batch(step: number): LabelledBatch {
    const { data, sizes } = this;
    const chosen = this.#labelled.take(step * sizes.labelled, sizes.labelled);
    const places = chosen.map((at) => data.labelled[at]!);
    const later = step - (sizes.labelsFirst ?? 0);
    const others = later < 0 ? [] : this.#unlabelled.take(later * sizes.unlabelled, sizes.unlabelled);
    const labels = Int32Array.from(places, (place) => data.train.labels[place]!);
    return {
      labelled: this.#seen(places, step, 'labelled'),
      labels,
      ...(others.length > 0 && this.#unlabelledViews(others, step)),
      ...(sizes.places && others.length > 0 && { places: Int32Array.from(others) }),
      ...(sizes.teacherView &&
        later >= 0 && { teacherView: this.#seen([...places, ...others], step, 'teacherView') }),
    };
  }

  #unlabelledViews(places: readonly number[], step: number): Record<string, Uint8Array> {
    const { views = [], sharesFlip } = this.sizes;
    const own = this.augmentation;
    const images = gather(this.data.train, places);
    if (sharesFlip && own.flip) {
      const flipped = this.#changed(images, step, 'flip', augmentationViews.parse({ flip: true }));
      const apart = (name: string, how: AugmentationViews) =>
        this.#changed(flipped, step, name, { ...how, flip: false });
      return viewsByName(views, own, apart);
    }
    return viewsByName(views, own, (name, how) => this.#changed(images, step, name, how));
  }

  #seen(places: readonly number[], step: number, purpose: string): Uint8Array {
    return this.#changed(gather(this.data.train, places), step, purpose, this.augmentation);
  }

  #changed(images: Uint8Array, step: number, purpose: string, augmentation: AugmentationViews): Uint8Array {
    if (!changesSamples(augmentation)) return images;
    const random = Random.for(this.seed, `augmentation/${purpose}/${step}`);
    return see(viewOf(augmentation), samplesOf(this.data.train, images), random).samples.data;
  }
}

function viewsByName(
  views: readonly UnlabelledView[],
  own: AugmentationViews,
  make: (name: string, how: AugmentationViews) => Uint8Array,
): Record<string, Uint8Array> {
  const all = [{ name: 'unlabelled' }, ...views];
  return Object.fromEntries(
    all.map(({ name, augmentation = own }: UnlabelledView) => [name, make(name, augmentation)]),
  );
}
