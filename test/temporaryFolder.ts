import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/**
 * Runs once before all tests. They are of what is built, so that what changed since is built. What they leave in the system's
 * temporary folder goes into one of their own, which goes when they end.
 */
export default function temporaryFolder(): () => void {
  // It is asked for once for each project: one folder holds what all of them leave.
  if (process.env.FOREFRAME_TESTS) return () => {};
  buildWhatChanged();
  const folder = mkdtempSync(join(tmpdir(), 'foreframe-tests-'));
  // Where `tmpdir()` looks on Linux and macOS; the test processes and what they start inherit it.
  process.env.TMPDIR = folder;
  process.env.FOREFRAME_TESTS = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** A type that does not fit is printed, and stops nothing. */
function buildWhatChanged(): void {
  const stamp = join(root, 'dist', '.foreframe-tests');
  // Not by what the compiler keeps for itself: a check of types alone changes that, and builds nothing.
  const built = Math.max(...['.foreframe-build', '.foreframe-tests'].map(changedAt));
  const sources = ['src', 'datasets', 'bench', 'test'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(root, room, name)),
  );
  if (sources.every((path) => statSync(path).mtimeMs <= built)) return;
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const began = new Date();
  spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json')], { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, '');
  utimesSync(stamp, began, began);
}

/** Milliseconds; 0 where the file is not there. */
function changedAt(name: string): number {
  return statSync(join(root, 'dist', name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
