import { ForeframeError } from '../../common/errors.js';
import { Random } from '../../common/random.js';
import { required } from '../../common/required.js';
import { drawerOf, type Interval, quantile } from '../scores/bootstrap.js';

/** A score of one training run, of any draw of the units (clips, identities) that all runs were tested on. */
export type UnitStatistic = (units: Int32Array) => number;

/** Runs of one pipeline, by seed. */
export type SeedScores = ReadonlyMap<number, UnitStatistic>;

/**
 * Mean score of `a` less that of `b`, over seeds, and its bootstrap interval: units are drawn with replacement, the same for both
 * sides, and so are seeds: in pairs where both sides have the same ones, else on each side apart. With one seed the interval is
 * over units alone, and says nothing about other trainings.
 * @param groups of the units, where some of them are drawn as one: clips of one person or file
 */
export function seedsDifference(
  a: SeedScores,
  b: SeedScores,
  units: number,
  {
    seed = 0,
    draws = 1000,
    confidence = 0.95,
    groups,
  }: { seed?: number; draws?: number; confidence?: number; groups?: readonly number[] | undefined } = {},
): Interval {
  if (a.size === 0 || b.size === 0 || units < 2)
    throw new ForeframeError('paired difference: there is nothing to compare');
  const paired = a.size === b.size && [...a.keys()].every((each) => b.has(each));
  const [first, second] = [
    [...a.values()],
    paired ? [...a.keys()].map((each) => required(b, each)) : [...b.values()],
  ];
  const random = Random.for(seed, 'seeds and units');
  const drawUnits = drawerOf(units, groups);
  const draw = (size: number) => Int32Array.from({ length: size }, () => random.integer(size));
  const difference = (chosenA: Int32Array, chosenB: Int32Array, drawn: Int32Array) =>
    meanScore(first, chosenA, drawn) - meanScore(second, chosenB, drawn);
  const values = Array.from({ length: draws }, () => {
    const seeds = draw(first.length);
    return difference(seeds, paired ? seeds : draw(second.length), drawUnits(random));
  })
    .filter((value) => !Number.isNaN(value))
    .sort((x, y) => x - y);
  const all = (size: number) => Int32Array.from({ length: size }, (_, i) => i);
  const tail = (1 - confidence) / 2;
  return {
    value: difference(all(first.length), all(second.length), all(units)),
    low: quantile(values, tail),
    high: quantile(values, 1 - tail),
  };
}

function meanScore(statistics: readonly UnitStatistic[], chosen: Int32Array, units: Int32Array): number {
  const scores = new Map<number, number>();
  let sum = 0;
  for (const at of chosen) {
    let score = scores.get(at);
    if (score === undefined) {
      score = statistics[at]!(units);
      scores.set(at, score);
    }
    sum += score;
  }
  return sum / chosen.length;
}
