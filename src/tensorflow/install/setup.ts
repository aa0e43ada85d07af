import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ForeframeError, messageOf, UsageError } from '../../common/errors.js';
import { atomicWrite, writeError } from '../../common/files/atomicWrite.js';
import { entryPath } from '../../common/files/entryPath.js';
import { makeFolder } from '../../common/files/makeFolder.js';
import { buildBinding } from './binding.js';
import { findOnPath } from './command.js';
import { findCompiler, requireCompiler } from './compiler.js';
import {
  directorySource,
  type LibrarySource,
  libraryIn,
  officialSource,
  wheelSource,
} from './download/sources.js';
import {
  BINDING_FILE,
  INSTALL_FILE,
  type NativeInstall,
  nativeInstalls,
  readInstall,
  THIS_PLATFORM,
} from './install.js';
import { installName, nativeFolder, TENSORFLOW_VERSION, TFJS_VERSION } from './paths.js';
import { type TensorFlowPlatform, tensorFlowPlatform } from './platform.js';
import { QUIET_LIBRARY, refreshQuietLibrary } from './quietLibrary.js';
import { forgetFailure, lastFailure, rememberFailure } from './setupFailure.js';
import { withLock } from './setupLock.js';
import type { OnSetupProgress } from './setupProgress.js';
import { smokeTest } from './smokeTest.js';
import { ensureTfjsNode } from './tfjsNode.js';
import { checkNobodyElseReplaces } from './trust.js';

export interface SetupOptions {
  /** A directory with libtensorflow and its headers, before any other source; also `FOREFRAME_LIBTENSORFLOW`. */
  readonly from?: string;
  /** The CUDA build and NVIDIA's libraries. */
  readonly gpu?: boolean;
  /** Build again even though a complete install is there. */
  readonly force?: boolean;
  readonly onProgress?: OnSetupProgress;
}

/** Room for the wheel and the unpacked libraries, in bytes. */
const NEEDED_SPACE = { cpu: 1.4e9, gpu: 9e9 };

/**
 * Put native TensorFlow into the per-user cache and build the binding against it: from the named directory, what is
 * already there, pip's wheel, or the official download, the first that works. Everything happens in a hidden folder that
 * is renamed when a smoke test has passed, so that a set-up cut short never looks complete.
 * @throws ForeframeError in one line with the reason of every source that was tried.
 */
export async function setUpNative(options: SetupOptions = {}): Promise<NativeInstall> {
  const { onProgress = () => {} } = options;
  const platform = tensorFlowPlatform();
  if (typeof platform === 'string') throw new ForeframeError(platform);
  const sources = sourcesFor(options, platform);
  const device = options.gpu ? 'gpu' : 'cpu';
  const ready = () => (options.force ? undefined : findReady(options));
  // Before anything is downloaded for nothing.
  if (!ready()) requireCompiler();
  const tfjsNode = await ensureTfjsNode(onProgress);
  const done = ready();
  if (done) {
    const size = done.files[join('lib', QUIET_LIBRARY)];
    if (size !== undefined) await refreshQuietLibrary(done.folder, platform.framework, size);
    return done;
  }

  const root = nativeFolder();
  const name = installName(TENSORFLOW_VERSION, device);
  await makeFolder(root);
  checkNobodyElseReplaces(root);
  const onWait = (holder: string) =>
    onProgress({ phase: 'wait', message: `another set-up (process ${holder}) is at work: waiting for it` });
  return withLock(join(root, `.${name}.lock`), onWait, async () => {
    const doneMeanwhile = ready();
    if (doneMeanwhile) return doneMeanwhile;
    await checkSpace(root, NEEDED_SPACE[device]);
    const reasons: string[] = [];
    for (const source of sources) {
      try {
        return await install({ root, name, device, source, platform, tfjsNode, onProgress });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw writeError(root, error);
        reasons.push(messageOf(error));
        onProgress({ phase: 'note', message: messageOf(error) });
      }
    }
    throw new ForeframeError(`${reasons.join('; ')}`);
  });
}

/** What `setUpIfNeeded` found. */
export interface SetupOutcome {
  readonly install?: NativeInstall;
  /** Why there is no native TensorFlow: one line. */
  readonly reason?: string;
}

/**
 * Set-up for every start: nothing to do when an install is there (or `FOREFRAME_NATIVE=off`), never throws, and after a
 * failure it waits an hour before it tries the same again, unless the compiler, pip or a named directory has changed.
 */
export async function setUpIfNeeded(options: SetupOptions = {}): Promise<SetupOutcome> {
  if (process.env.FOREFRAME_NATIVE === 'off') return { reason: 'switched off by FOREFRAME_NATIVE=off' };
  const failed = await lastFailure();
  if (failed && !findReady(options) && failed.circumstances === circumstances()) {
    if (Date.now() - failed.time < RETRY_AFTER_MS) return { reason: failed.reason };
  }
  try {
    const install = await setUpNative(options);
    await forgetFailure();
    return { install };
  } catch (error) {
    const reason = messageOf(error);
    await rememberFailure({ time: Date.now(), circumstances: circumstances(), reason });
    return { reason };
  }
}

const RETRY_AFTER_MS = 3_600_000;

/** What a failure depended on: with another compiler, pip or source, set-up is tried again at once. */
function circumstances(): string {
  const { FOREFRAME_LIBTENSORFLOW, FOREFRAME_LIBTENSORFLOW_URL } = process.env;
  const programs = ['python3', 'python', 'pip3', 'pip'].map(findOnPath);
  return JSON.stringify([findCompiler(), programs, FOREFRAME_LIBTENSORFLOW, FOREFRAME_LIBTENSORFLOW_URL]);
}

function namedDirectory(options: SetupOptions): string | undefined {
  const named = options.from ?? process.env.FOREFRAME_LIBTENSORFLOW;
  return named ? resolve(named) : undefined;
}

/** An install that fits these options: from the given folder where one is given, with CUDA where that is requested. */
function findReady(options: SetupOptions): NativeInstall | undefined {
  const named = namedDirectory(options);
  return nativeInstalls().find(
    (install) => (!options.gpu || install.device === 'gpu') && (!named || install.source === named),
  );
}

function sourcesFor(options: SetupOptions, platform: TensorFlowPlatform): LibrarySource[] {
  const gpu = options.gpu ?? false;
  const named = namedDirectory(options);
  if (!named) return [wheelSource(platform, gpu), officialSource(platform, gpu)];
  // A named directory is used or refused: a silent download of another library would be a surprise.
  return [directorySource(named, platform)];
}

interface Work {
  readonly root: string;
  readonly name: string;
  readonly device: 'cpu' | 'gpu';
  readonly source: LibrarySource;
  readonly platform: TensorFlowPlatform;
  readonly tfjsNode: string;
  readonly onProgress: OnSetupProgress;
}

async function install(work: Work): Promise<NativeInstall> {
  const { root, source, platform, onProgress } = work;
  // We hold the lock, so a folder of this name is left from an interrupted set-up.
  const folder = join(root, `.${work.name}.partial`);
  const downloads = join(root, `.${work.name}.downloads`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'lib'), { recursive: true });
  try {
    await source.fill(folder, downloads, onProgress);
    const main = libraryIn(join(folder, 'lib'), platform);
    if (!main) throw new ForeframeError(`${source.name} did not bring ${platform.main[0]}`);
    onProgress({ phase: 'compile', message: 'the binding between Node and TensorFlow' });
    await buildBinding(folder, { main, framework: platform.framework }, work.tfjsNode);
    onProgress({ phase: 'check', message: 'loading it and multiplying two matrices' });
    const version = await smokeTest(join(folder, BINDING_FILE));
    const place = join(root, installName(version, work.device));
    await writeManifest(folder, { version, device: work.device, source: source.name });
    await replaceFolder(folder, place);
    await rm(downloads, { recursive: true, force: true });
    const installed = readInstall(place);
    if (!installed) throw new ForeframeError(`${place} was removed while it was set up: run set-up again`);
    return installed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeManifest(
  folder: string,
  what: Pick<NativeInstall, 'version' | 'device' | 'source'>,
): Promise<void> {
  const files: Record<string, number> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = entryPath(entry);
    if (entry.isFile() && !relative(folder, path).startsWith('include'))
      files[relative(folder, path)] = statSync(path).size;
  }
  const manifest = { ...what, platform: THIS_PLATFORM, tfjs: TFJS_VERSION, files };
  await atomicWrite(join(folder, INSTALL_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Rename cannot replace a folder that is not empty: the old one is renamed first. A process that has it loaded keeps it. */
async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${from}.old`;
  await rm(old, { recursive: true, force: true });
  if (existsSync(to)) await rename(to, old);
  await rename(from, to);
  await rm(old, { recursive: true, force: true });
}

async function checkSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  const gb = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new UsageError(
    `${folder} has ${gb(free)} GB free and set-up needs ${gb(needed)} GB: free some, or set FOREFRAME_CACHE to another disk`,
  );
}
