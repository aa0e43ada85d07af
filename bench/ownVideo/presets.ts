import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageFolder } from '../../src/common/files/packageFolder.js';
import { parseYaml } from '../../src/config/readYaml.js';
import type { Candidate } from './candidates.js';

const record = z.record(z.string(), z.unknown());
/** What a preset for one's own video says, as far as a trial takes it. */
const presetFile = z.object({
  data: z.looseObject({
    width: z.int(),
    height: z.int(),
    color: z.enum(['grey', 'rgb']),
    videos: z.undefined().optional(),
    dataset: z.undefined().optional(),
  }),
  model: record,
  method: record.optional(),
  training: record,
});

/**
 * A pipeline for one's own video that comes with foreframe, with frames of its own: everything as in its file, but for the budget
 * and the split.
 * @returns nothing where there is no such pipeline, or it learns from something else
 */
export function presetOf(name: string): Candidate | undefined {
  const path = join(packageFolder, 'pipelines', `${name}.yaml`);
  if (!/^[\w-]+$/.test(name) || !existsSync(path)) return undefined;
  const { success, data: file } = presetFile.safeParse(parseYaml(readFileSync(path, 'utf8')));
  if (!success) return undefined;
  const { width, height, color, steps: _watched, split: _split, ...data } = file.data;
  const { seconds: _seconds, validateEvery: _every, ...training } = file.training;
  const frames = { size: width, ...(height !== width && { height }), color };
  return { name, data, model: file.model, ...(file.method && { method: file.method }), training, frames };
}
