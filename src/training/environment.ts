import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { packageVersion } from '../common/packageFolder.js';
import type { TensorFlowInfo } from '../tensorflow/backend.js';
import { threadsText } from '../tensorflow/threads.js';
import type { PipelineConfig } from './config.js';

/** What a result depends on besides the configuration. */
export function environmentOf(
  config: Pick<PipelineConfig, 'seed'>,
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

/** What a run computed on, in one line, from its `environment.json`. */
export function hardwareOf(environment: Record<string, unknown>): string {
  const { cpu, cores, memoryGiB } = environment;
  const { backend, version, device, threads, precision } = environment.tensorflow as TensorFlowInfo;
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
