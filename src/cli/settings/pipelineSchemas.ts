import type { z } from 'zod';
import { schemas } from '../../config/anyConfig.js';

/** A kind of pipeline. */
export interface PipelineSchema {
  /** What it learns from. */
  readonly kind: string;
  readonly schema: z.ZodType;
}

/** Every schema that a pipeline is checked by. `foreframe settings` and docs/settings are read from them. */
export const pipelineSchemas: readonly PipelineSchema[] = [
  { kind: 'video', schema: schemas.clips },
  { kind: 'images and short clips', schema: schemas.images },
];
