import { seedsDifference } from '../../analysis/comparison/seedsDifference.js';
import { type Interval, pairedDifference, unpairedDifference } from '../../analysis/scores/bootstrap.js';
import { groupBy } from '../../common/groupBy.js';
import type { Together } from './drawnUnits.js';

/** What was scored, in its order: clips or images by their checksums. */
export interface UnitScores {
  readonly units: readonly string[] | string;
  readonly values: readonly number[];
  /** Which of them resemble each other; nothing where each is by itself. */
  readonly together?: Together;
  /** Of several seeds, whose means `values` are: those of each. */
  readonly bySeed?: ReadonlyMap<number, readonly number[]>;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Whether both were measured on the same clips or images. */
export function sameUnits(a: UnitScores, b: UnitScores): boolean {
  return a.values.length === b.values.length && String(a.units) === String(b.units);
}

/** Over clips or images and, where one side has several seeds, over seeds as well. */
export function between(
  own: UnitScores,
  first: UnitScores,
  paired: boolean,
  together: Together | undefined,
): Interval {
  // Without common clips the seeds, where there are several, are what varies.
  if (!paired) {
    const groups = { a: own.together?.index, b: first.together?.index };
    return unpairedDifference(seedMeans(own), seedMeans(first), { groups });
  }
  if (!own.bySeed && !first.bySeed)
    return pairedDifference(own.values, first.values, { groups: together?.index });
  const members = together && [...groupBy(own.values.keys(), (clip) => together.index[clip]!).values()];
  const clipsOf = (units: Int32Array) =>
    members ? Int32Array.from([...units].flatMap((unit) => members[unit]!)) : units;
  const statistics = ({ values, bySeed = new Map([[0, values]]) }: UnitScores) =>
    new Map(
      [...bySeed].map(([seed, scores]) => [seed, (units: Int32Array) => meanAt(scores, clipsOf(units))]),
    );
  return seedsDifference(statistics(own), statistics(first), together?.count ?? own.values.length);
}

/** How many can be drawn. */
export function countOf({ values, together }: UnitScores): number {
  return together?.count ?? values.length;
}

function seedMeans({ values, bySeed }: UnitScores): readonly number[] {
  return bySeed ? [...bySeed.values()].map(meanOf) : values;
}

function meanAt(scores: readonly number[], units: Int32Array): number {
  return units.reduce((sum, unit) => sum + scores[unit]!, 0) / units.length;
}
