import type { Computed } from './trial.js';

/** The largest difference of each kind of number; of numbers beyond 1, such as norms of gradients, as a share of them. */
export interface Differences {
  /** Values of frames in [0, 1], or logits and probabilities. */
  readonly predictions: number;
  /** Losses of the five steps, and the norms of their gradients. */
  readonly losses: number;
  /** After the five steps, with the optimizer's means. */
  readonly weights: number;
}

/**
 * How far two may be apart, and why. float32 keeps 24 bits: 6e-8 of each value near 1. A sum of n products, in whatever order, is off
 * by some √n of that: 1e-6 for the sums of hundreds in these networks. Five steps of Adam carry such differences on; they grow where a
 * gradient is so small that its direction is rounding (Adam moves a weight by up to the learning rate, 0.002, whatever its size),
 * and where batch normalization divides by the deviation of few values, as in all nine layers of conv-large (2.3e-4).
 * A wrong kernel is off by 1e-2 and more.
 */
export const TOLERANCES: Differences = { predictions: 1e-4, losses: 1e-4, weights: 5e-4 };

/** @throws Error where one has numbers that the other lacks */
export function differences(given: Computed, expected: Computed): Differences {
  const largest = { predictions: 0, losses: 0, weights: 0 };
  if (Object.keys(given).sort().join() !== Object.keys(expected).sort().join())
    throw new Error(`computed ${Object.keys(given)} where ${Object.keys(expected)} were expected`);
  for (const [name, values] of Object.entries(expected)) {
    const kind = name.startsWith('predicted')
      ? 'predictions'
      : name.startsWith('weights/')
        ? 'weights'
        : 'losses';
    largest[kind] = Math.max(largest[kind], largestDifference(given[name]!, values));
  }
  return largest;
}

/** Infinity where a number is none, or there are more or fewer. */
function largestDifference(given: readonly number[], expected: readonly number[]): number {
  if (given.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((largest, value, at) => {
    const difference = Math.abs(value - given[at]!) / Math.max(1, Math.abs(value));
    return Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }, 0);
}
