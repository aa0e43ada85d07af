import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { shellWord } from '../../common/text/shellWord.js';
import { type Config, commandOf, isOfClips } from '../../config/anyConfig.js';
import { OWN_SHARES } from '../../config/ownSampleKeys.js';
import { isTaken } from '../../runs/claimRun.js';
import { BUDGET, RunFolder } from '../../runs/runFolder.js';
import { withFoundPaths, withoutSavedPasswords, withWholePaths } from '../../runs/savedPaths.js';

/**
 * What `--resume` goes on with: the pipeline that was asked for or, where none was, the run's own with settings over it.
 * @param folder without one, that of the pipeline; one of both is needed
 * @param load reads a pipeline's file with all that is put over it
 * @throws UsageError when there is no such run; ForeframeError when it was made with another configuration
 */
export async function configToResume(
  asked: Config | undefined,
  folder: string | undefined,
  load: (path: string) => Promise<Config>,
): Promise<{ config: Config; folder: string }> {
  const named = folder === undefined ? undefined : await runToResume(folder);
  const config = asked ? withWholePaths(asked) : withFoundPaths(await load(named!.config), named!.path);
  const found = named ?? (await runToResume(`runs/${config.name}`));
  const saved = await found.readAnyConfig();
  const same = withSavedClasses(withSavedSplit(config, saved), saved);
  const shown = (each: Config) => withoutSavedPasswords(each);
  checkSameConfig(found.path, shown(saved), shown(same), commandOf(same));
  return { config: same, folder: found.path };
}

/** A run goes on with the way of splitting that its first session chose, where the pipeline leaves it open. */
function withSavedSplit(config: Config, saved: Config): Config {
  if (!isOfClips(config) || !isOfClips(saved)) return withSavedShares(config, saved);
  const { by, heldOut } = saved.data.split;
  const split = { ...config.data.split, by: config.data.split.by ?? by, heldOut };
  return { ...config, data: { ...config.data, split } };
}

function withSavedShares(config: Config, saved: Config): Config {
  if (isOfClips(config) || isOfClips(saved)) return config;
  const heldOut = saved.data.split?.heldOut;
  if (heldOut === undefined) return config;
  return { ...config, data: { ...config.data, split: { ...OWN_SHARES, ...config.data.split, heldOut } } };
}

/** A run goes on with the classes that its first session found in the data, where the pipeline does not name them. */
function withSavedClasses(config: Config, saved: Config): Config {
  if (isOfClips(config) || isOfClips(saved)) return config;
  const { classes } = saved.data;
  if (classes === undefined || config.data.classes !== undefined) return config;
  const model =
    'classes' in saved.model && 'classes' in config.model
      ? { ...config.model, classes: classes.length }
      : config.model;
  return { ...config, data: { ...config.data, classes }, model };
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
