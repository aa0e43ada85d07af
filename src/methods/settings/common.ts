import { z } from 'zod';

export const fraction = z.number().min(0).max(1);
export const weight = z.number().min(0);

/** Standard deviation of normal noise on the images while training, in [0, 1]; the teacher sees other noise. */
export const noise = z
  .number()
  .min(0)
  .default(0)
  .describe('Standard deviation of normal noise on the images while training; the teacher sees other noise.');
