import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { writeError } from '../../src/common/files/atomicWrite.js';

const color = z.enum(['grey', 'rgb']);
const positive = z.number().positive();

/** One line of `calibration.jsonl`. */
export const calibrationSchema = z.object({
  candidate: z.string(),
  size: z.int().positive(),
  height: z.int().positive().optional(),
  color,
  secondsPerStep: positive,
  secondsPerValidationBatch: positive,
  processor: z.string(),
  date: z.string(),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** Squared errors summed over a frame, means over the clips of a split. */
const splitErrors = z.object({
  clips: z.int(),
  /** Of predictions from true frames. */
  model: z.number(),
  copyLast: z.number(),
  /** At the last frame of a rollout; missing where no clip is long enough. */
  rollout: z.object({ clips: z.int(), model: z.number(), copyLast: z.number() }).optional(),
});
export type TrialErrors = z.infer<typeof splitErrors>;

/** One line of `results.jsonl`. */
export const resultSchema = z.object({
  candidate: z.string(),
  video: z.string(),
  /** Width in pixels; frames are square where no height is given. */
  size: z.int().positive(),
  height: z.int().positive().optional(),
  color,
  seed: z.int(),
  /** The budget, and the steps that it came to. */
  seconds: positive,
  steps: z.int().positive(),
  /** Of the weights that were chosen. */
  bestStep: z.int(),
  validation: splitErrors,
  test: splitErrors,
  processor: z.string(),
  date: z.string(),
});
export type Result = z.infer<typeof resultSchema>;

/** The lines of a file that are whole records: a process that was killed may have left part of a last one. */
export function readRecords<T>(path: string, schema: z.ZodType<T>): T[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const result = schema.safeParse(parsed(line));
      return result.success ? [result.data] : [];
    });
}

/** Append one line, after what was left of one. */
export function appendRecord(path: string, record: object): void {
  try {
    const torn = existsSync(path) && !/(^|\n)$/.test(readFileSync(path, 'utf8'));
    appendFileSync(path, `${torn ? '\n' : ''}${JSON.stringify(record)}\n`);
  } catch (error) {
    throw writeError(path, error);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
