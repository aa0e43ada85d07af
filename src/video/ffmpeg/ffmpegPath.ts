import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, copyFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { cacheFolder } from '../../common/files/cacheFolder.js';
import { temporaryPath } from '../../common/files/temporaryPath.js';

/** A program and where it was found; `bundled` is the build that an npm package carries. */
export interface FoundProgram {
  readonly path: string;
  readonly origin: 'FFMPEG_PATH' | 'FFPROBE_PATH' | 'PATH' | 'beside ffmpeg' | 'bundled';
}

const require = createRequire(import.meta.url);
const found = new Map<string, FoundProgram>();

/**
 * The ffmpeg to run: the one that `FFMPEG_PATH` names, else the one on PATH, else the npm package's.
 * @throws ForeframeError that says what to do when there is none.
 */
export function findFfmpeg(): FoundProgram & { origin: 'FFMPEG_PATH' | 'PATH' | 'bundled' } {
  const program = remembered('ffmpeg', () => named('FFMPEG_PATH') ?? onPath('ffmpeg') ?? bundled('ffmpeg'));
  return program as FoundProgram & { origin: 'FFMPEG_PATH' | 'PATH' | 'bundled' };
}

/**
 * The ffprobe to run: the one that `FFPROBE_PATH` names, else on PATH, else beside ffmpeg, else the npm package's.
 * @throws ForeframeError that says what to do when there is none.
 */
export function findFfprobe(): FoundProgram {
  return remembered(
    'ffprobe',
    () => named('FFPROBE_PATH') ?? onPath('ffprobe') ?? besideFfmpeg() ?? bundled('ffprobe'),
  );
}

/** The version of the ffmpeg in use, for example `7.1` or `N-47683-g0e8eb07980-static`. */
export function ffmpegVersion(): string {
  return capabilities().version;
}

/**
 * The output options that make ffmpeg hand on every decoded image exactly once. The option was renamed in ffmpeg 5.1
 * and the old name has since been removed, so ffmpeg is asked which of them it knows.
 */
export function passthroughOptions(): readonly string[] {
  return capabilities().passthrough;
}

/** Whether the ffmpeg in use has a decoder of this name. */
export function hasDecoder(name: string): boolean {
  const { path } = findFfmpeg();
  const key = `${path} ${name}`;
  let has = decoders.get(key);
  if (has === undefined) {
    const answer = spawnSync(path, ['-hide_banner', '-h', `decoder=${name}`], {
      encoding: 'utf8',
      windowsHide: true,
    });
    has = answer.stdout?.includes(`Decoder ${name} `) ?? false;
    decoders.set(key, has);
  }
  return has;
}

const decoders = new Map<string, boolean>();
const known = new Map<string, { version: string; passthrough: readonly string[] }>();

function capabilities(): { version: string; passthrough: readonly string[] } {
  const { path } = findFfmpeg();
  let answer = known.get(path);
  if (!answer) {
    const modern = askVersion(path, ['-fps_mode', 'passthrough']);
    const version = modern ?? askVersion(path, []);
    if (version === undefined) {
      throw new ForeframeError(
        `${path} does not run as ffmpeg on this machine: set FFMPEG_PATH to one that does`,
      );
    }
    answer = { version, passthrough: [modern === undefined ? '-vsync' : '-fps_mode', 'passthrough'] };
    known.set(path, answer);
  }
  return answer;
}

function askVersion(path: string, options: readonly string[]): string | undefined {
  const answer = spawnSync(path, ['-hide_banner', ...options, '-version'], {
    encoding: 'utf8',
    windowsHide: true,
  });
  return answer.status === 0 ? /^ffmpeg version (\S+)/m.exec(answer.stdout)?.[1] : undefined;
}

function remembered(name: 'ffmpeg' | 'ffprobe', find: () => FoundProgram): FoundProgram {
  // Keyed by what the search depends on, so that a changed environment starts a new search.
  const { FFMPEG_PATH, FFPROBE_PATH, PATH } = process.env;
  const key = JSON.stringify([name, FFMPEG_PATH, FFPROBE_PATH, PATH]);
  const program = found.get(key) ?? find();
  found.set(key, program);
  return program;
}

function named(variable: 'FFMPEG_PATH' | 'FFPROBE_PATH'): FoundProgram | undefined {
  const path = process.env[variable];
  if (!path) return undefined;
  if (isProgram(path)) return { path, origin: variable };
  throw new ForeframeError(
    `${variable} names ${path}, which is not a program that can be run: correct it or unset ${variable}`,
  );
}

function onPath(name: string): FoundProgram | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, executable(name));
    if (folder && isProgram(path)) return { path, origin: 'PATH' };
  }
  return undefined;
}

function besideFfmpeg(): FoundProgram | undefined {
  const path = join(dirname(findFfmpeg().path), executable('ffprobe'));
  return isProgram(path) ? { path, origin: 'beside ffmpeg' } : undefined;
}

/** The build of 2018 that an npm package carries, made executable. @throws ForeframeError where there is none for this machine */
export function bundled(name: 'ffmpeg' | 'ffprobe'): FoundProgram {
  const variable = name === 'ffmpeg' ? 'FFMPEG_PATH' : 'FFPROBE_PATH';
  try {
    const { path } = require(`@${name}-installer/${name}`) as { path: string };
    return { path: isProgram(path) ? path : madeExecutable(path), origin: 'bundled' };
  } catch (error) {
    throw new ForeframeError(
      `${name} was not found on PATH and the npm package @${name}-installer/${name} has none for this machine: ` +
        `install ffmpeg, or set ${variable} to the program`,
      { cause: error },
    );
  }
}

/** The published ffprobe package lacks its run bit: set it, or where the package may not be changed, run a copy. */
function madeExecutable(path: string): string {
  try {
    chmodSync(path, 0o755);
    return path;
  } catch {
    const copy = join(cacheFolder(), 'bin', `${statSync(path).size}-${basename(path)}`);
    if (isProgram(copy)) return copy;
    try {
      mkdirSync(dirname(copy), { recursive: true });
      const temporary = temporaryPath(copy);
      copyFileSync(path, temporary, constants.COPYFILE_EXCL);
      chmodSync(temporary, 0o755);
      renameSync(temporary, copy);
    } catch (error) {
      throw new ForeframeError(`cannot copy ${path} to ${copy}: ${messageOf(error)}`, { cause: error });
    }
    return copy;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function executable(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}
