import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { z } from 'zod';
import { packageVersion } from '../common/files/packageFolder.js';
import { readJson } from '../common/files/readJson.js';
import { threadsConfig } from '../config/experimentConfig.js';
import type { TensorFlowInfo } from '../tensorflow/backend/backend.js';
import { threadsText } from '../tensorflow/backend/threads.js';

/** What a result depends on besides the configuration. */
export function environmentOf(
  config: { readonly seed: number },
  tensorflow: TensorFlowInfo,
): Record<string, unknown> {
  return {
    foreframe: packageVersion,
    node: process.version,
    tensorflow,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    seed: config.seed,
    gitCommit: gitCommit(),
    started: new Date().toISOString(),
  };
}

const text = z.string().max(1000);

/** `environment.json`: versions record different entries in the same form. */
const environmentSchema = z.looseObject({
  cpu: text.optional(),
  cores: z.int().min(0).optional(),
  memoryGiB: z.number().optional(),
  tensorflow: z
    .looseObject({ backend: text, version: text, device: text, threads: threadsConfig, precision: text })
    .optional(),
});
export type RunEnvironment = z.infer<typeof environmentSchema>;

/**
 * The content of a run's `environment.json`; nothing where it is missing, as it only describes the machine.
 * @throws ForeframeError when it is damaged
 */
export async function readEnvironment(path: string): Promise<RunEnvironment> {
  const remedy = 'delete it to continue without the description of the machine';
  return (await readJson(path, { schema: environmentSchema, remedy })) ?? {};
}

/** What a run computed on, in one line, from its `environment.json`. */
export function hardwareOf({ cpu, cores, memoryGiB, tensorflow }: RunEnvironment): string {
  if (!tensorflow || cpu === undefined || cores === undefined || memoryGiB === undefined)
    return 'computed on a machine that is not noted';
  const { backend, version, device, threads, precision } = tensorflow;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; ${backend} ${version} on ${device}, ${threadsText(threads)}, precision ${precision}`;
}

function gitCommit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // Not in a git checkout, or no git: the run is still worth keeping.
    return null;
  }
}
