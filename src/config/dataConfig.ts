import { z } from 'zod';
import { heldOutKey, ownKeys } from './ownKeys.js';

const fraction = z.number().min(0).max(1);
const positive = z.number().positive();

/** Where frames come from and how they are cut into clips. */
export const dataConfig = z.strictObject({
  dataset: z
    .string()
    .optional()
    .describe(
      'Name of a dataset (`foreframe datasets list`); without it the videos named on the command line are used.',
    ),
  ...ownKeys,
  clips: z
    .strictObject({
      train: z.int().positive().describe('Clips to train on.'),
      validation: z.int().positive().describe('Clips to choose the best weights on.'),
      test: z.int().positive().describe('Clips to test on.'),
      frames: z
        .int()
        .positive()
        .optional()
        .describe("Frames of each; by default as many as the dataset's card says."),
    })
    .default({ train: 160, validation: 20, test: 20 })
    .describe('Clips to generate of each split; for generated datasets.'),
  via: z
    .enum(['mp4', 'arrays'])
    .default('mp4')
    .describe(
      "How a dataset's frames come: encoded as mp4 files and read back, or straight from its generator (`clips` as many as you like).",
    ),
  still: z
    .boolean()
    .default(false)
    .describe(
      'Show one frame of every clip (of `steps` + 1 frames of own videos) the whole time: a control without motion. The test split moves.',
    ),
  videos: z
    .array(z.string())
    .default([])
    .describe('Files, folders, globs or addresses, when no dataset is named.'),
  split: z
    .strictObject({
      by: z
        .enum(['time', 'file'])
        .optional()
        .describe('Where it is left open: by file if the parts of short videos hold no clip, else by time.'),
      train: fraction.default(0.8).describe('Share to train on.'),
      validation: fraction.default(0.1).describe('Share to choose the best weights on.'),
      seed: z
        .int()
        .min(0)
        .optional()
        .describe(
          'Clips of `manifest` or `folder`: which of the random splits; 1 by default, whatever `seed` is.',
        ),
      heldOut: heldOutKey,
    })
    .refine(
      ({ train, validation }) => train + validation < 1,
      'train + validation must leave a rest for the test',
    )
    .prefault({})
    .describe(
      'Own videos: the share that goes to training and to validation; the rest is the test. By time: of each file its first, next and last part. By file: whole files (three at least), in an order that the seed decides.',
    ),
  width: z.int().positive().default(64).describe('Width of the frames, in pixels.'),
  height: z.int().positive().default(64).describe('Height of the frames, in pixels.'),
  color: z.enum(['grey', 'rgb']).default('grey').describe('grey: the luma. rgb: red, green and blue.'),
  fit: z
    .enum(['fill', 'contain', 'cover'])
    .default('cover')
    .describe(
      'What is done with frames of other proportions: fill stretches, contain adds borders, cover cuts.',
    ),
  rate: positive.optional().describe('Frames per second taken from the video; every frame by default.'),
  start: z.number().min(0).optional().describe('Where to begin in each video, in seconds.'),
  duration: positive.optional().describe('Seconds of each video to use, from start on; all by default.'),
  steps: z
    .int()
    .positive()
    .default(10)
    .describe(
      'Frames the model watches in a clip; a clip holds one more, since each is followed by a prediction.',
    ),
  stride: z
    .int()
    .positive()
    .optional()
    .describe('Frames from the start of one clip to the start of the next; by default clips do not overlap.'),
  shuffle: z
    .int()
    .min(0)
    .default(256)
    .describe('Clips held to draw from at random; 0 keeps the order of the video.'),
  prefetch: z.int().positive().default(3).describe('Batches to have ready ahead of training.'),
  onCorrupt: z
    .enum(['skip', 'fail'])
    .default('skip')
    .describe('Frames that cannot be decoded: skip reports them and goes on, fail stops.'),
});
export type DataConfig = z.infer<typeof dataConfig>;
