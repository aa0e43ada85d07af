import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ForeframeError, UsageError } from '../common/errors.js';
import { shellWord } from '../common/shellWord.js';
import { isTaken } from '../training/claimRun.js';
import { BUDGET, RunFolder } from '../training/runFolder.js';
import { withFoundPaths, withWholePaths } from '../training/savedPaths.js';
import { pipelinePath } from './pipelinePath.js';

interface Resumable<T> {
  /** Without one, the run's own configuration. */
  readonly pipeline: string | undefined;
  /** Run folder; without one, that of the pipeline. One of both is needed. */
  readonly run: string | undefined;
  /** Read a pipeline with all that the command line puts over it. */
  load(path: string): Promise<T>;
  /** Read the run's own. */
  loadSaved(run: RunFolder): Promise<T>;
}

/**
 * What `command` with `--resume` goes on with.
 * @throws UsageError when there is no such run; ForeframeError when it was made with another configuration
 */
export async function configToResume<T extends { name: string; training: object }>(
  command: string,
  { pipeline, run, load, loadSaved }: Resumable<T>,
): Promise<{ config: T; folder: string }> {
  const named = run === undefined ? undefined : await runToResume(run);
  const kind = command.endsWith('classify') ? 'classify' : 'train';
  const config =
    pipeline === undefined
      ? withFoundPaths(await load(named!.config), named!.path)
      : withWholePaths(await load(pipelinePath(pipeline, kind)));
  const found = named ?? (await runToResume(`runs/${config.name}`));
  const saved = await loadSaved(found);
  const same = withSavedSplit(config, saved);
  checkSameConfig(found.path, saved, same, command);
  return { config: same, folder: found.path };
}

/** A run goes on with the way of splitting that its first session chose, where the pipeline leaves it open. */
function withSavedSplit<T extends object>(config: T, saved: T): T {
  const splitOf = ({ data }: { data?: { split?: { by?: string } } }) => data?.split;
  const by = splitOf(saved)?.by;
  if (by === undefined || !splitOf(config) || splitOf(config)!.by !== undefined) return config;
  const { data } = config as { data?: object };
  return { ...config, data: { ...data, split: { ...splitOf(config), by } } };
}

/** What to say of a run that `command` was to resume and that has nothing left to do. */
export function finishedText(
  command: string,
  folder: string,
  { step }: { step: number },
  budget: { readonly steps?: number; readonly epochs?: number; readonly seconds?: number },
): string {
  const key = BUDGET.find((each) => budget[each] !== undefined) ?? 'steps';
  const more = 2 * (budget[key] ?? step);
  return (
    `${folder} is finished, after ${step} steps: nothing was changed. To go on, give it more: ` +
    `${command} --resume --run ${shellWord(folder)} --set training.${key}=${more}`
  );
}

async function runToResume(folder: string): Promise<RunFolder> {
  if (existsSync(folder)) return RunFolder.open(folder);
  throw new UsageError(
    `there is no run ${folder} to resume: leave out --resume to start it, or name another with --run`,
  );
}

/**
 * Hold a run that goes on to the configuration it was made with, but for how long it trains.
 * @param command that resumes it as it is
 * @throws ForeframeError naming the first setting that differs
 */
export function checkSameConfig(
  folder: string,
  saved: { training: object },
  wanted: { training: object },
  command: string,
): void {
  const [before, now] = [withoutBudget(saved), withoutBudget(wanted)];
  if (isDeepStrictEqual(before, now)) return;
  throw new ForeframeError(
    `${folder} was made with another configuration (${firstDifference(before, now)}): resume it with ` +
      `\`${command} --resume --run ${shellWord(folder)}\`, or choose another --run`,
  );
}

/** How long to train may be changed between two sessions of one run. */
function withoutBudget<T extends { training: object }>(config: T): object {
  const training = { ...config.training, ...Object.fromEntries(BUDGET.map((key) => [key, undefined])) };
  // Through JSON, so that a key set to undefined and a missing one are the same.
  return JSON.parse(JSON.stringify({ ...config, training })) as object;
}

function firstDifference(a: object, b: object, path = ''): string {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [x, y] = [(a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]];
    if (isDeepStrictEqual(x, y)) continue;
    const place = path ? `${path}.${key}` : key;
    if (x && y && typeof x === 'object' && typeof y === 'object') return firstDifference(x, y, place);
    return `${place}: ${JSON.stringify(x)} there, ${JSON.stringify(y)} here`;
  }
  return 'settings differ';
}

/** `runs/<name>`, with a number where that is taken: by a run, by one that is about to begin, or by something else. */
export function freeFolder(name: string): string {
  let folder = `runs/${name}`;
  for (let number = 2; isTaken(folder); number++) folder = `runs/${name}-${number}`;
  return folder;
}
