import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { ForeframeError } from '../common/errors.js';
import { withoutPasswords } from '../common/text/withoutPasswords.js';
import { isGlob } from '../video/sources/glob.js';

/** The keys of a pipeline that name files and folders. */
interface Named {
  readonly data?: {
    readonly videos?: readonly string[];
    readonly manifest?: string;
    readonly folder?: string;
  };
  readonly training?: { readonly startFrom?: string };
}

/**
 * The same configuration with absolute paths in place of those relative to `folder`: it means the same wherever it is read.
 * Addresses, devices, standard input and videos of npm packages stay as they are.
 */
export function withWholePaths<T extends object>(config: T, folder = process.cwd()): T {
  const { data, training } = config as Named;
  const videos = data?.videos?.map((input) => (isRelative(input, folder) ? wholePath(input, folder) : input));
  const startFrom = training?.startFrom && resolve(folder, training.startFrom);
  const own = {
    ...(data?.manifest !== undefined && { manifest: resolve(folder, data.manifest) }),
    ...(data?.folder !== undefined && { folder: resolve(folder, data.folder) }),
  };
  return {
    ...config,
    ...(data && { data: { ...data, ...(videos && { videos }), ...own } }),
    ...(startFrom && { training: { ...training, startFrom } }),
  };
}

/**
 * The saved configuration of a run, with absolute paths. Runs of the first edition saved paths as they were given:
 * those are relative to the folder that holds `runs/`, if the run is in one, else to the working directory.
 * @throws ForeframeError when a video is in neither
 */
export function withFoundPaths<T extends object>(config: T, run: string): T {
  const { data, training } = config as Named;
  const here = process.cwd();
  const relative = (data?.videos ?? []).filter((input) => isRelative(input, here));
  if (relative.length === 0 && (training?.startFrom === undefined || isAbsolute(training.startFrom)))
    return config;
  const whole = resolve(run);
  const home = basename(dirname(whole)) === 'runs' ? [dirname(dirname(whole))] : [];
  const holdsAll = (folder: string) =>
    relative.every((input) => isPattern(input) || existsSync(resolve(folder, input)));
  const found = [...home, here].find(holdsAll);
  if (found !== undefined) return withWholePaths(config, found);
  throw new ForeframeError(
    `${run} names ${relative[0]} relative to the folder that it was made in: go there, or write the absolute path into ` +
      `data.videos of ${run}/config.yaml`,
  );
}

/**
 * The same configuration as others may see it: addresses without user and password, so that a run can be handed on. Whoever goes on
 * with it names the video again.
 */
export function withoutSavedPasswords<T extends object>(config: T): T {
  const { data } = config as Named;
  if (!data?.videos) return config;
  return { ...config, data: { ...data, videos: data.videos.map(withoutPasswords) } };
}

/** As `findSources` reads it: what exists is a file, whatever its name looks like. */
function isRelative(input: string, folder: string): boolean {
  if (input === '' || isAbsolute(input) || /^([a-z][a-z0-9+.-]+:\/\/|file:\/\/|npm:)/i.test(input))
    return false;
  return existsSync(resolve(folder, input)) || !/^([a-z][a-z0-9_]+:.|-$)/is.test(input);
}

function wholePath(input: string, folder: string): string {
  if (existsSync(resolve(folder, input)) || !isGlob(input) || isNumbered(input))
    return resolve(folder, input);
  // In the pattern the names above it stand for themselves. Not resolved: a pattern is not a path.
  const above = folder.replace(/[[*?]/g, '[$&]');
  return `${above}/${input}`;
}

function isPattern(input: string): boolean {
  return isGlob(input) || isNumbered(input);
}

function isNumbered(input: string): boolean {
  return /%\d*d/.test(basename(input));
}
