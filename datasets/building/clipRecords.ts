import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ForeframeError } from '../../src/common/errors.js';
import type { Split } from '../../src/stream/frameSource.js';
import type { DatasetClip } from '../dataset.js';

/** The file beside a split's videos that says what generated them: one line of JSON for each clip. */
export const CLIP_RECORDS = 'clips.jsonl';

/** What a built clip shows, without its frames. */
export interface ClipRecord {
  readonly split: Split;
  readonly index: number;
  readonly latents: DatasetClip['latents'];
  readonly labels: Readonly<Record<string, number>>;
}

/** One line of `clips.jsonl`. */
export function clipRecordLine(file: string, split: Split, index: number, clip: DatasetClip): string {
  const { latents, labels } = clip;
  return `${JSON.stringify({ file, split, index, latents, labels })}\n`;
}

/**
 * Latent variables and labels of the clips in a folder that `buildDataset` wrote, by name of the video file.
 * @throws ForeframeError when the folder has no `clips.jsonl` or a line of it is damaged.
 */
export async function readClipRecords(folder: string): Promise<Map<string, ClipRecord>> {
  const path = join(folder, CLIP_RECORDS);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ForeframeError(
      `${folder} has no readable ${CLIP_RECORDS}: give a split's folder of a dataset (\`foreframe datasets build\`)`,
      { cause: error },
    );
  });
  const records = new Map<string, ClipRecord>();
  for (const [number, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const record = parseRecord(line);
    if (!record) {
      throw new ForeframeError(
        `${path}, line ${number + 1}, is damaged: delete its dataset and build it again`,
      );
    }
    const { file, ...rest } = record;
    records.set(file, rest);
  }
  return records;
}

/** JSON has no NaN: it is written as `null`. */
const number = z.number().or(z.null().transform(() => Number.NaN));

const recordSchema = z.object({
  file: z.string(),
  split: z.enum(['train', 'validation', 'test']),
  index: z.int().min(0),
  latents: z.record(z.string(), z.array(z.array(number))),
  labels: z.record(z.string(), z.number()).default({}),
});

function parseRecord(line: string): (ClipRecord & { file: string }) | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
