import { z } from 'zod';
import { answersMethod } from './classification/answersMethod.js';
import type { Conflict, SamplePipeline } from './method.js';
import { fraction, noise } from './settings/common.js';
import { NEARBY, nrmObjectivesConfig } from './settings/nrmObjectives.js';

/** The losses of the neural rendering model, of images and of clips, each by its own weight. */
export const nrm = answersMethod({
  about:
    'Learn to classify images and to render them: the losses of the neural rendering model, each with its own weight.',
  source: 'Ho et al. 2018, arXiv 1811.02657; Patel, Nguyen & Baraniuk 2016, arXiv 1612.01936',
  needs: ['rendering', 'classes'],
  settings: z.strictObject({
    name: z.literal('nrm'),
    objectives: nrmObjectivesConfig.prefault({}).describe('Weights of the losses; 0 leaves one out.'),
    threshold: fraction
      .default(0.95)
      .describe('Smallest probability at which an answer serves `pseudoLabel` as a label.'),
    noise,
    cleanTeacher: z
      .boolean()
      .default(false)
      .describe(
        'The teacher sees images without noise and without dropout, like the clean path of a ladder network (arXiv 1507.02672).',
      ),
    radius: z
      .number()
      .positive()
      .default(NEARBY)
      .describe(
        'Distance at which `virtualAdversarial` looks from an image, as a share of the Euclidean length of the image.',
      ),
    rendered: z
      .int()
      .positive()
      .optional()
      .describe('How many images of each batch are rendered, unlabelled ones first; all by default.'),
    inference: z
      .enum(['bottom-up', 'signed'])
      .default('bottom-up')
      .describe(
        'Which switches images are rendered with: those of the bottom-up pass, or of the signed E-step (arXiv 1612.01936).',
      ),
  }),
  objectives: ({ objectives }) => objectives,
  step: ({ threshold, rendered, cleanTeacher, radius, inference }) => ({
    pseudoLabelThreshold: threshold,
    rendered,
    cleanTeacher,
    radius,
    signed: inference === 'signed',
  }),
  conflict: ({ inference }, pipeline) => (inference === 'signed' ? signedConflict(pipeline) : undefined),
});

function signedConflict({ model, offers }: SamplePipeline): Conflict | undefined {
  if (model.maxMin)
    return {
      path: ['method', 'inference'],
      message:
        'the signed E-step does not work with Max-Min: set model.maxMin=false, or method.inference to bottom-up',
    };
  if (model.rendering === 'normalized')
    return {
      path: ['model', 'rendering'],
      message:
        'the signed E-step needs signs that normalising removes: set model.rendering=folded, or method.inference to bottom-up',
    };
  return offers.includes('rendering') && !offers.includes('memory')
    ? undefined
    : {
        path: ['method', 'inference'],
        message: 'the signed E-step works for images only (model nrm): set method.inference to bottom-up',
      };
}
