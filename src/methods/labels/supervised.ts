import { z } from 'zod';
import { answersMethod } from '../classification/answersMethod.js';
import { noise } from '../settings/common.js';

/** Supervised only: the baseline of every method for few labels. */
export const supervised = answersMethod({
  about: 'Learn from the labelled images only, by cross-entropy: the baseline of all methods for few labels.',
  source: 'the textbook',
  settings: z.strictObject({ name: z.literal('supervised'), noise }),
  objectives: () => ({}),
});
