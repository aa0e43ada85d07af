import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs once before all tests: what they leave in the system's temporary folder goes into one of their own, which goes when they end. */
export default function temporaryFolder(): () => void {
  // It is asked for once for each project: one folder holds what all of them leave.
  if (process.env.FOREFRAME_TESTS) return () => {};
  const folder = mkdtempSync(join(tmpdir(), 'foreframe-tests-'));
  // Where `tmpdir()` looks on Linux and macOS; the test processes and what they start inherit it.
  process.env.TMPDIR = folder;
  process.env.FOREFRAME_TESTS = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
