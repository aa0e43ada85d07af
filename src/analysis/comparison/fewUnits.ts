import { FEW_UNITS } from '../scores/bootstrap.js';
import type { ComparedDifference } from './compareAnalyses.js';

type Over = Pick<ComparedDifference, 'over'>;

/** Whether too few units were tested for a verdict, whatever the interval. */
export function isFew({ over }: Over): boolean {
  return over.count < FEW_UNITS;
}

/** Such as `8 groups or files of clips`. */
export function overText({ over: { count, of } }: Over): string {
  return `${count} ${of === 'groups' ? 'groups or files of clips' : of}`;
}
