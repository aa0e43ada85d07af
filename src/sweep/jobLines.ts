import { resolve } from 'node:path';
import { UsageError } from '../common/errors.js';
import { commandFile } from '../common/files/packageFolder.js';
import { shellWord } from '../common/text/shellWord.js';
import { withoutPasswords } from '../common/text/withoutPasswords.js';
import type { SweepRun } from './plan.js';
import type { PreparedSweep } from './prepare.js';

/** The arguments with which the command line trains one run of a sweep, from whatever working directory. */
export function jobArguments(
  { plan, out }: Pick<PreparedSweep, 'plan' | 'out'>,
  { cell, seed }: SweepRun,
): string[] {
  const options = (name: string, values: readonly string[]) => values.flatMap((value) => [name, value]);
  const grid = Object.entries(cell.values).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [
    ...['sweep', plan.pipeline, ...(plan.videos ?? [])],
    ...options('--set', plan.set ?? []),
    ...options('--grid', grid),
    ...['--seeds', String(seed), '--out', resolve(out), '--one'],
  ];
}

/**
 * A line for each run of a sweep, quoted for a shell: each can be run on any machine that has the same files.
 * @throws UsageError for a word with a line break in it, or an address with a password
 */
export function jobLines(sweep: PreparedSweep): string[] {
  return sweep.runs.map(({ run }) => {
    const words = [process.execPath, commandFile, ...jobArguments(sweep, run)];
    const broken = words.find((word) => /[\r\n]/.test(word));
    if (broken !== undefined)
      throw new UsageError(`${JSON.stringify(broken)} has a line break: a job is one line, write it without`);
    const secret = words.map(withoutPasswords).find((shown, at) => shown !== words[at]);
    if (secret !== undefined)
      throw new UsageError(
        `a job is a line that others can read, and would show the password of ${shellWord(secret)}: save that video as a file, or ` +
          'run the sweep here, without jobs',
      );
    const command = words.map((word) => (word.startsWith('--') ? word : shellWord(word))).join(' ');
    // Paths in settings are relative to where the sweep was asked for.
    return `cd ${shellWord(process.cwd())} && ${command}`;
  });
}
