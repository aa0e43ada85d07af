import { ForeframeError, UsageError } from '../../common/errors.js';
import { Random } from '../../common/random.js';
import { checkCount } from '../algebra/checks.js';
import { labelsOf } from '../algebra/labels.js';

/** With fewer units all of them differ in the same direction by chance alone more often than once in 20 times: 2 · ½ⁿ. */
export const FEW_UNITS = 6;

export interface BootstrapOptions {
  readonly seed?: number;
  readonly draws?: number;
  /** Share of draws inside the interval; 0.95 by default. */
  readonly confidence?: number;
  /** Rows of one group (frames of a clip) are drawn together: they do not vary apart. */
  readonly groups?: Int32Array;
}

export interface Interval {
  /** Of the rows as they are. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A statistic of some rows and its bootstrap interval by percentiles (Efron & Tibshirani 1993, chapter 13): the statistic of
 * rows drawn with replacement, many times. A draw whose statistic is not a number (one class only) is drawn again.
 * @param statistic of the rows with these numbers
 */
export function bootstrapInterval(
  size: number,
  statistic: (rows: Int32Array) => number,
  options: BootstrapOptions = {},
): Interval {
  const { seed = 0, draws = 1000, confidence = 0.95, groups } = options;
  checkCount('bootstrap', 'draws', draws);
  if (!(confidence > 0 && confidence < 1))
    throw new UsageError(`bootstrap: confidence must lie between 0 and 1, not ${confidence}`);
  if (size < 2) throw new ForeframeError(`bootstrap: ${size} rows are too few to draw from`);
  if (groups && groups.length !== size)
    throw new ForeframeError(`bootstrap: there are ${size} rows but ${groups.length} groups`);
  const draw = drawerOf(size, groups);
  const random = Random.for(seed, 'bootstrap');
  const values: number[] = [];
  for (let tries = 0; values.length < draws; tries++) {
    if (tries === 10 * draws)
      throw new ForeframeError('bootstrap: most draws have no statistic: there are too few rows of a class');
    const value = statistic(draw(random));
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const value = statistic(drawnOnce(size));
  const tail = (1 - confidence) / 2;
  return { value, low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/**
 * Mean difference `a − b` of scores of the same rows, and its bootstrap interval: pairs stay together. An interval without 0
 * says that the two differ.
 */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions = {},
): Interval {
  if (a.length !== b.length)
    throw new ForeframeError(`paired difference: ${a.length} scores on one side, ${b.length} on the other`);
  const mean = (rows: Int32Array) => rows.reduce((sum, i) => sum + a[i]! - b[i]!, 0) / rows.length;
  return bootstrapInterval(a.length, mean, options);
}

export interface UnpairedOptions extends Omit<BootstrapOptions, 'groups'> {
  /** Of each side: scores of one group are drawn together. */
  readonly groups?: { readonly a?: Int32Array; readonly b?: Int32Array };
}

/**
 * Mean of `a` less that of `b`, scores of different rows, and its bootstrap interval: each side is drawn by itself. It is wider
 * than that of pairs.
 */
export function unpairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { seed = 0, draws = 1000, confidence = 0.95, groups = {} }: UnpairedOptions = {},
): Interval {
  if (Math.min(a.length, b.length) < 2)
    throw new ForeframeError('difference: a side has fewer than 2 scores');
  const random = Random.for(seed, 'bootstrap of two sides');
  const meanOf = (scores: ArrayLike<number>, rows: Int32Array) =>
    rows.reduce((sum, row) => sum + scores[row]!, 0) / rows.length;
  const drawer = (scores: ArrayLike<number>, own: Int32Array | undefined) => {
    const draw = drawerOf(scores.length, own);
    return () => meanOf(scores, draw(random));
  };
  const [drawA, drawB] = [drawer(a, groups.a), drawer(b, groups.b)];
  const values = Array.from({ length: draws }, () => drawA() - drawB()).sort((x, y) => x - y);
  const tail = (1 - confidence) / 2;
  return {
    value: meanOf(a, drawnOnce(a.length)) - meanOf(b, drawnOnce(b.length)),
    low: quantile(values, tail),
    high: quantile(values, 1 - tail),
  };
}

/** The value below which a share of sorted values lies, linear between them. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

/** Draws rows with replacement; whole groups of them where there are groups, `[size]`. @throws ForeframeError for a single group */
export function drawerOf(size: number, groups?: ArrayLike<number>): (random: Random) => Int32Array {
  if (!groups) return (random) => drawRows(size, random);
  const members = membersOf(Int32Array.from(groups));
  return (random) => drawGroups(members, random);
}

function drawnOnce(size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, row) => row);
}

function drawRows(size: number, random: Random): Int32Array {
  return Int32Array.from({ length: size }, () => random.integer(size));
}

function drawGroups(members: readonly number[][], random: Random): Int32Array {
  return Int32Array.from(members.flatMap(() => members[random.integer(members.length)]!));
}

function membersOf(groups: Int32Array): number[][] {
  const { classes, index } = labelsOf(groups);
  if (classes.length < 2)
    throw new ForeframeError(
      `bootstrap: all ${groups.length} rows are of one group (a person, a session, a file), and an interval is drawn over groups: have two or ` +
        'more of them in what is tested (column split, or data.split), or take folds',
    );
  const members = Array.from(classes, (): number[] => []);
  index.forEach((group, row) => {
    members[group]!.push(row);
  });
  return members;
}
