import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../common/errors.js';
import type { PipelineConfig } from '../config/config.js';
import { readSettings } from '../config/loadConfig.js';
import { originOf } from '../config/ownKeys.js';
import { pipelinePath } from '../library/sources/pipelinePath.js';
import { type TrainChoice, trainChoice } from '../library/train.js';
import { sampleMethodOf } from '../methods/index.js';
import { folderState } from '../runs/runManifest.js';
import { withWholePaths } from '../runs/savedPaths.js';
import { runsOf, type SweepPlan, type SweepRun } from './plan.js';

/** A run of a sweep with the configuration and the folder that are its own. */
export interface PreparedRun {
  readonly run: SweepRun;
  readonly choice: TrainChoice;
}

export interface PreparedSweep {
  /** The same plan, which means the same from every working directory. */
  readonly plan: SweepPlan;
  /** Its folder, as it was named. */
  readonly out: string;
  readonly runs: readonly PreparedRun[];
}

/**
 * Read and check every run of a sweep, before anything is trained.
 * @param out its folder; `runs/<name of the pipeline>-sweep` by default
 * @throws UsageError or ForeframeError of one line for a wrong setting, runs that cannot stand in one table, or a folder that holds
 * something else
 */
export async function prepareSweep(plan: SweepPlan, out?: string): Promise<PreparedSweep> {
  const pipeline = resolve(pipelinePath(plan.pipeline));
  const pipe = plan.videos?.find((video) => /^(-|pipe:.*)$/.test(video));
  if (pipe !== undefined)
    throw new UsageError(`a sweep reads its videos several times, and ${pipe} can be read once: name files`);
  const { videos = [] } = withWholePaths({ data: { videos: plan.videos } }).data;
  const raw = await readSettings(pipeline, plan.set);
  const runs = runsOf(plan, typeof raw.seed === 'number' ? raw.seed : 1);
  const folder = out ?? join('runs', `${String(raw.name)}-sweep`);
  if (existsSync(join(folder, 'config.yaml')))
    throw new UsageError(`${folder} is a run folder: name a folder for the runs of the sweep with --out`);
  const prepared: PreparedRun[] = [];
  for (const run of runs) {
    const place = { folder: join(folder, run.name), pipeline, videos, set: run.set };
    prepared.push({ run, choice: await chosen(place, Object.keys(run.cell.values)) });
  }
  checkOneKind(prepared);
  return { plan: { ...plan, pipeline, videos }, out: folder, runs: prepared };
}

interface Place {
  readonly folder: string;
  readonly pipeline: string;
  readonly videos: readonly string[];
  readonly set: readonly string[];
}

async function chosen(place: Place, keys: readonly string[]): Promise<TrainChoice> {
  const state = folderState(place.folder);
  if (state.kind === 'foreign')
    throw new UsageError(
      `${place.folder} holds other things than a run of foreframe, such as ${state.entry}: name another folder with --out`,
    );
  try {
    const choice = await trainChoice({ ...place, resume: state.kind === 'run' && state.configured });
    if (choice.kind === 'clips' && hasNoData(choice.config.data))
      throw new UsageError(
        'no video to train on: name one, for example `foreframe sweep video my.mp4 --seeds 1,2`',
      );
    return choice;
  } catch (error) {
    throw error instanceof UsageError ? namingGrid(error, keys) : error;
  }
}

function hasNoData(data: PipelineConfig['data']): boolean {
  return originOf(data) === undefined && data.videos.length === 0;
}

/** A value of the grid is put over the pipeline as `--set` does it: the message should name what was written. */
function namingGrid(error: UsageError, keys: readonly string[]): UsageError {
  const [, key] = /^--set ([^=\s]+)=/.exec(error.message) ?? [];
  if (key === undefined || !keys.includes(key)) return error;
  return new UsageError(error.message.replace('--set', '--grid'), { cause: error });
}

/** @throws UsageError where figures of different kinds would stand in one column */
function checkOneKind(runs: readonly PreparedRun[]): void {
  const first = runs[0]!;
  const other = runs.find(({ choice }) => whatOf(choice) !== whatOf(first.choice));
  if (!other) return;
  throw new UsageError(
    `${first.run.name} ${whatOf(first.choice)} and ${other.run.name} ${whatOf(other.choice)}: make a sweep of each`,
  );
}

function whatOf(choice: TrainChoice): string {
  if (choice.kind === 'clips') return 'learns from clips';
  const { labels } = sampleMethodOf(choice.config.method);
  return labels === 'none' ? 'learns from images without labels' : 'classifies images';
}
