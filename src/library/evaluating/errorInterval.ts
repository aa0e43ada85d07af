import { bootstrapInterval } from '../../analysis/scores/bootstrap.js';
import type { ClassifierEvaluation } from '../../evaluation/classifierEvaluation.js';

/** How far the test error of a classifier can be trusted: 95 %, in percent of wrong answers. */
export interface ErrorInterval {
  readonly low: number;
  readonly high: number;
  /** What varies: images or clips by themselves, or groups of them. */
  readonly over: string;
}

/** Of a normal distribution, within which 95 % lie. */
const Z = 1.959964;

/**
 * The interval of `testError`. Samples by themselves: Wilson's score interval (1927), which is right for few of them, and for none wrong.
 * Samples of groups, which resemble each other: bootstrap over groups; where all groups are answered alike, which no draw can vary, Wilson's of as many
 * answers as there are groups.
 */
export function errorInterval({ confusion, groups, clips }: ClassifierEvaluation): ErrorInterval {
  const all = confusion.flat().reduce((sum, count) => sum + count, 0);
  const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  const things = clips ? 'clips' : 'images';
  if (!groups) return { ...wilson(all - right, all), over: `${all} test ${things}` };
  const over = `${groups.length} ${groups.length === 1 ? 'file or group' : 'files or groups'} of ${all} test ${things}`;
  const shares = groups.map(({ tested, wrong }) => wrong / tested);
  if (shares.every((share) => share === shares[0]))
    return { ...wilson(shares[0]! * groups.length, groups.length), over };
  const { low, high } = bootstrapInterval(groups.length, (rows) => {
    let [wrong, tested] = [0, 0];
    for (const row of rows) {
      wrong += groups[row]!.wrong;
      tested += groups[row]!.tested;
    }
    return (100 * wrong) / tested;
  });
  return { low, high, over };
}

/** @param wrong of so many answers; need not be whole */
function wilson(wrong: number, count: number): { readonly low: number; readonly high: number } {
  const share = wrong / count;
  const centre = share + Z ** 2 / (2 * count);
  const half = Z * Math.sqrt((share * (1 - share)) / count + (Z / (2 * count)) ** 2);
  const scale = 100 / (1 + Z ** 2 / count);
  return { low: Math.max(0, scale * (centre - half)), high: Math.min(100, scale * (centre + half)) };
}
