import { basename, resolve } from 'node:path';
import { ForeframeError, UsageError } from '../../common/errors.js';
import type { PipelineConfig } from '../../config/config.js';
import { loadSampleConfig } from '../../config/loadConfig.js';
import type { SampleConfig } from '../../config/sampleConfig.js';
import { sampleMethodOf } from '../../methods/index.js';
import { RunFolder } from '../../runs/runFolder.js';

interface ComparedRun {
  /** The name of its folder, or the path where two have the same. */
  readonly name: string;
  readonly run: RunFolder;
}

export interface ComparedClipRun extends ComparedRun {
  readonly config: PipelineConfig;
}

export interface ComparedImageRun extends ComparedRun {
  readonly config: SampleConfig;
}

/** Runs whose figures mean the same. */
export type ComparedRuns =
  | { readonly kind: 'clips'; readonly runs: readonly ComparedClipRun[] }
  | { readonly kind: 'images'; readonly runs: readonly ComparedImageRun[] };

/** How TensorFlow computes: a process loads it once. */
export type Arithmetic = Pick<PipelineConfig, 'threads' | 'precision'>;

/** What all runs of a comparison are measured with: that of the first; where precisions differ, the full one. */
export function commonArithmetic(runs: readonly { readonly config: Arithmetic }[]): Arithmetic {
  const { threads, precision } = runs[0]!.config;
  const same = runs.every(({ config }) => config.precision === precision);
  return { threads, precision: same ? precision : 'full' };
}

/**
 * Open the runs of a comparison; nothing is measured.
 * @throws UsageError or ForeframeError of one line: fewer than two runs, one of them twice, none, without weights, or runs that
 * were measured in different ways
 */
export async function openCompared(paths: readonly string[]): Promise<ComparedRuns> {
  if (paths.length < 2)
    throw new UsageError(`${paths[0] ?? 'nothing'} alone cannot be compared: name two runs or more`);
  const wholes = paths.map((path) => resolve(path));
  const twice = wholes.findIndex((path, at) => wholes.indexOf(path) < at);
  if (twice >= 0) throw new UsageError(`${paths[twice]} stands there twice: name each run once`);
  const opened = await Promise.all(paths.map(openOne));
  const [first] = opened;
  const other = opened.find(({ what }) => what !== first!.what);
  if (other)
    throw new UsageError(
      `${first!.run.path} ${first!.what} and ${other.run.path} ${other.what}: compare runs of one kind`,
    );
  const names = namesOf(paths);
  // All are of the kind of the first.
  const clips = opened.flatMap(({ run, clips }, at) =>
    clips ? [{ run, name: names[at]!, config: clips }] : [],
  );
  if (clips.length > 0) return { kind: 'clips', runs: clips };
  const images = opened.flatMap(({ run, images }, at) =>
    images ? [{ run, name: names[at]!, config: images }] : [],
  );
  return { kind: 'images', runs: images };
}

interface Opened {
  readonly run: RunFolder;
  readonly what: string;
  readonly clips?: PipelineConfig;
  readonly images?: SampleConfig;
}

async function openOne(path: string): Promise<Opened> {
  const run = await RunFolder.open(path);
  if (run.lastSaved() === undefined)
    throw new ForeframeError(`${path} has saved no weights yet: train it first, or leave it out`);
  if ((await run.readKind()) === 'clips')
    return { run, what: 'learned from clips', clips: await run.readConfig() };
  const images = await loadSampleConfig(run.config);
  const { labels } = sampleMethodOf(images.method);
  const task = `solves the task of ${images.method.name}`;
  return { run, what: labels === 'none' ? task : 'classifies images', images };
}

function namesOf(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(resolve(path)));
  return names.map((name, at) => (names.indexOf(name) === names.lastIndexOf(name) ? name : paths[at]!));
}
