import { z } from 'zod';
import { heldOutKey, type Origins, ownKeys, ownOrigin } from './ownKeys.js';

const fraction = z.number().min(0).max(1);

/** More classes than a byte can count. */
const MOST_CLASSES = 255;

/** Of data of one's own, where nothing is said of them. */
export const OWN_SHARES = { train: 0.8, validation: 0.1 };

/** Keys under `data` of pipelines that learn from images or short clips of one's own. */
export const ownSampleKeys = {
  ...ownKeys,
  classes: z
    .array(z.string().min(1))
    .min(2)
    .max(MOST_CLASSES)
    .optional()
    .describe('Your own data: the classes by name, in order; by default those that the data name.'),
  size: z
    .int()
    .min(4)
    .max(2048)
    .optional()
    .describe('Your own images: pixels of a side that they are brought to; 32 by default.'),
  color: z.enum(['grey', 'rgb']).optional().describe('Your own images: grey or rgb; rgb by default.'),
  fit: z
    .enum(['fill', 'contain', 'cover'])
    .optional()
    .describe(
      'Your own images of other proportions: fill stretches, contain adds borders, cover (default) cuts.',
    ),
  split: z
    .strictObject({
      train: fraction.default(OWN_SHARES.train).describe('Share to train on.'),
      validation: fraction.default(OWN_SHARES.validation).describe('Share to choose the best weights on.'),
      seed: z.int().min(0).optional().describe('Which of the random splits; 1 by default.'),
      heldOut: heldOutKey,
    })
    .refine(
      ({ train, validation }) => train + validation < 1,
      'train + validation must leave a rest for the test',
    )
    .optional()
    .describe(
      'Your own data without a column or folders for it: the shares of the splits, by group or file; 0.8 and 0.1 by default.',
    ),
};

/** Keys of `data.clips` that say how many clips a dataset makes. */
const COUNTS = ['train', 'validation', 'test'] as const;

/**
 * Of data of one's own all labels count, where nothing is said of them, and there are as many clips as there are: counts of them, which
 * would be ignored, are refused, but for those that saved runs have kept as what was not said.
 */
export function ownDefaults(counts: Readonly<Record<(typeof COUNTS)[number], number>>) {
  return (given: unknown, context: z.core.$RefinementCtx): unknown => {
    if (given === null || typeof given !== 'object' || ownOrigin(given as Origins) === undefined)
      return given;
    const clips: unknown = 'clips' in given ? given.clips : undefined;
    const said = (clips !== null && typeof clips === 'object' ? clips : {}) as Record<string, unknown>;
    const odd = COUNTS.find((key) => said[key] !== undefined && said[key] !== counts[key]);
    if (odd)
      context.issues.push({
        code: 'custom',
        path: ['clips', odd],
        message:
          'of your own clips there are as many as there are: leave this out (data.split says how they are split)',
        input: given,
      });
    return 'labels' in given ? given : { ...given, labels: 'all' };
  };
}
