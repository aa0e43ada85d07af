import { type Dirent, lstatSync, readdirSync, readFileSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { ForeframeError } from '../common/errors.js';
import { atomicWrite, writeError } from '../common/files/atomicWrite.js';
import { isSpecial } from '../common/files/isSpecial.js';
import { packageVersion } from '../common/files/packageFolder.js';
import { isTemporaryOf, removeLeftovers } from '../common/files/temporaryPath.js';
import { isLockLeftover } from '../common/locks/fileLock.js';

/** The marker of a run folder, written before anything else in it. */
export const MARKER = 'run.json';
export const RUN_LOCK = '.lock';

/** The folders of a run. */
export const RUN_FOLDERS = ['checkpoints', 'events', 'samples'] as const;

/** All that a run writes and another that replaces it removes; `*` stands for any part of a name. Weights come first. */
export const RUN_FILES = [
  'checkpoints/last.safetensors',
  'checkpoints/best.safetensors',
  'metrics.jsonl',
  'events/events.out.tfevents.*',
  'samples/step-*.png',
  'request.json',
  'evaluation.json',
  'report.html',
  'environment.json',
  'config.yaml',
] as const;

/** What `evaluate` and `report` write. */
const LOOKED_AT: readonly string[] = ['evaluation.json', 'report.html'];

interface Marker {
  readonly format: number;
  /** What it learns from, and whether it answers; `encoder`: from images or clips without labels. */
  readonly kind: 'video' | 'classifier' | 'encoder';
  /** Version that made it. */
  readonly foreframe: string;
  /** The names that this run may write, relative to its folder. */
  readonly files: readonly string[];
}

/** Writes the marker of a run into the folder. */
export async function writeMarker(folder: string, kind: Marker['kind'], check?: () => void): Promise<void> {
  const marker: Marker = { format: 1, kind, foreframe: packageVersion, files: RUN_FILES };
  await atomicWrite(join(folder, MARKER), `${JSON.stringify(marker, null, 2)}\n`, { check });
}

/** What a folder holds, in which a run is to be made or continued. */
export type FolderState =
  | { readonly kind: 'missing' | 'empty' }
  /** Something else than a run; `entry` is one of its names. */
  | { readonly kind: 'foreign'; readonly entry: string }
  | {
      readonly kind: 'run';
      /** What it may have written. */
      readonly files: readonly string[];
      /** Its configuration is there. */
      readonly configured: boolean;
      /** Weights are there: without them it holds nothing of value. */
      readonly trained: boolean;
    };

/** @throws ForeframeError when `path` is no folder or cannot be read */
export function folderState(path: string): FolderState {
  if (path === '' || path.includes('\0'))
    throw new ForeframeError('a run folder needs a name: give one with --run');
  const entries = entriesOf(path);
  if (!entries) return { kind: 'missing' };
  const names = entries.map(({ name }) => name).filter((name) => !isPassing(name));
  const files = readMarker(path)?.files ?? (isOfEditionOne(path, names) ? RUN_FILES : undefined);
  if (files) {
    const has = (name: string) =>
      names.includes(dirname(name) === '.' ? name : dirname(name)) && isFile(join(path, name));
    const trained = RUN_FILES.slice(0, 2).some(has);
    return { kind: 'run', files, configured: has('config.yaml'), trained };
  }
  return names.length === 0 ? { kind: 'empty' } : { kind: 'foreign', entry: names[0]! };
}

/** Left by a start that was killed before it could write anything. */
function isPassing(name: string): boolean {
  return name === RUN_LOCK || isLockLeftover(name, RUN_LOCK) || isTemporaryOf(name, MARKER);
}

function readMarker(folder: string): Marker | undefined {
  try {
    if (isSpecial(join(folder, MARKER))) return undefined;
    const marker = JSON.parse(readFileSync(join(folder, MARKER), 'utf8')) as Partial<Marker>;
    if (typeof marker.foreframe !== 'string' || !Array.isArray(marker.files)) return undefined;
    return { ...(marker as Marker), files: marker.files.filter(isOwnName) };
  } catch {
    return undefined;
  }
}

/** A name of a file in the folder or in a folder of it, whatever a marker says that was changed or copied. */
function isOwnName(name: unknown): name is string {
  return typeof name === 'string' && /^(\w[\w-]*\/)?\w[\w.*-]*$/.test(name);
}

/** Runs had no marker once: they are known by their environment, and by a configuration or by what a killed start left. */
function isOfEditionOne(folder: string, names: readonly string[]): boolean {
  const made = names.every((name) => isBareFolder(folder, name) || name === 'environment.json');
  try {
    if (!names.includes('environment.json')) return names.length > 0 && made;
    if (['environment.json', 'config.yaml'].some((name) => isSpecial(join(folder, name)))) return false;
    const environment: unknown = JSON.parse(readFileSync(join(folder, 'environment.json'), 'utf8'));
    if (typeof (environment as { foreframe?: unknown } | null)?.foreframe !== 'string') return false;
    if (!names.includes('config.yaml')) return made;
    const config: unknown = parse(readFileSync(join(folder, 'config.yaml'), 'utf8'), { logLevel: 'error' });
    return config !== null && typeof config === 'object' && 'model' in config && 'training' in config;
  } catch {
    return false;
  }
}

function isBareFolder(folder: string, name: string): boolean {
  return RUN_FOLDERS.some((each) => each === name) && entriesOf(join(folder, name))?.length === 0;
}

/**
 * Remove what a run wrote: files of these names and nothing else, never a folder, and nothing behind a link to elsewhere.
 * @throws ForeframeError when such a file cannot be removed, or a folder of the run is a link
 */
export function removeRunFiles(folder: string, files: readonly string[]): void {
  for (const name of files) {
    const place = join(folder, dirname(name));
    if (dirname(name) !== '.' && isLink(place))
      throw new ForeframeError(
        `${place} is a link: what is behind it is not removed; name another folder with --run`,
      );
    for (const entry of entriesOf(place) ?? [])
      if (matches(entry.name, basename(name))) removeFile(join(place, entry.name));
  }
}

/** What killed writers left beside the files of a run, whose lock is held. */
export function removeRunLeftovers(folder: string): void {
  for (const name of [MARKER, ...RUN_FILES]) {
    const place = join(folder, dirname(name));
    if (dirname(name) !== '.' && isLink(place)) continue;
    // A process that reads a run holds no lock and may be writing these.
    const untouched = LOOKED_AT.includes(name) ? 60_000 : 0;
    removeLeftovers(place, { of: name, untouched });
    for (const entry of entriesOf(place) ?? [])
      if (isOldLeftover(entry.name, basename(name))) removeFile(join(place, entry.name));
  }
}

/** Removes the empty folders of a run, except for those to keep. */
export function removeEmptyFolders(folder: string, keep: readonly string[]): void {
  for (const name of RUN_FOLDERS) if (!keep.includes(name)) removeIfEmpty(join(folder, name));
}

/** @returns whether it is gone */
export function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

function matches(name: string, pattern: string): boolean {
  const [start, end] = pattern.split('*') as [string, string | undefined];
  if (end === undefined) return name === pattern || isOldLeftover(name, pattern);
  return name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end);
}

/** Temporary files that the first edition left when it was killed. */
function isOldLeftover(name: string, file: string): boolean {
  return name.startsWith(`${file}.`) && /^\d+\.tmp$/.test(name.slice(file.length + 1));
}

function removeFile(path: string): void {
  try {
    // Of a link the link; a folder of that name stays and is an error.
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw writeError(path, error);
  }
}

function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw writeError(folder, error);
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
