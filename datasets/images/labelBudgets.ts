import { Random } from '../../src/common/random.js';

/** What a label budget is drawn from. */
export interface BudgetOptions {
  /** Names the stream of random numbers: other draws for each dataset. */
  readonly dataset: string;
  /** How many images keep their label, in all. */
  readonly labels: number;
  /** Which of the draws, from 1. */
  readonly draw: number;
  readonly classes: number;
}

/** Budgets that published tables have. Draws 1 to 5 of each are frozen by a test: they never change. */
const PUBLISHED = [50, 100, 250, 1_000, 4_000] as const;
/** The same by dataset; a budget that its classes do not share equally is none. */
export const LABEL_BUDGETS: Readonly<Record<string, readonly number[]>> = {
  mnist: PUBLISHED,
  'fashion-mnist': PUBLISHED,
  cifar10: PUBLISHED,
};

/**
 * Places in a training part of the images whose labels may be used, in ascending order, as many of each class. The rule: the
 * places of each class, in order, are shuffled (Fisher–Yates from the end) by the stream `labels/<dataset>/<class>` of the seed
 * `draw`, and the first `labels / classes` are taken. So a larger budget of the same draw holds the smaller one.
 * @param labels of the training part, without validation: `withValidation(…).train.labels`
 * @throws RangeError when the budget is no multiple of the classes, or a class has too few images
 */
export function labelBudget(labels: Uint8Array, options: BudgetOptions): number[] {
  const { dataset, draw, classes } = options;
  const perClass = options.labels / classes;
  if (!Number.isInteger(perClass) || perClass < 1)
    throw new RangeError(
      `${options.labels} labels cannot be shared equally by ${classes} classes: take a multiple of ${classes}`,
    );
  const chosen = Array.from({ length: classes }, (_, label) => {
    const places = placesOf(labels, label);
    if (places.length < perClass)
      throw new RangeError(
        `${dataset} has ${places.length} images of class ${label} to train on, not ${perClass}: ask for fewer labels`,
      );
    shuffle(places, Random.for(draw, `labels/${dataset}/${label}`));
    return places.slice(0, perClass);
  });
  return chosen.flat().sort((a, b) => a - b);
}

function placesOf(labels: Uint8Array, label: number): number[] {
  const places: number[] = [];
  labels.forEach((each, place) => {
    if (each === label) places.push(place);
  });
  return places;
}

function shuffle(values: number[], random: Random): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [values[last], values[other]] = [values[other]!, values[last]!];
  }
}
