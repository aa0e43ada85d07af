import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ForeframeError } from '../../src/common/errors.js';
import { cacheFolder } from '../../src/common/files/cacheFolder.js';

/** The Python of a virtual environment in the cache that holds exactly these packages; made on first use. */
export function pythonWith(name: string, ...packages: readonly string[]): string {
  const folder = join(cacheFolder(), 'bench', name);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return python;
  console.error(`installing ${packages.join(', ')} for the comparison into ${folder} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('python3', '-m', 'venv', folder);
  run(python, '-m', 'pip', 'install', '--quiet', ...packages);
  writeFileSync(complete, `${packages.join('\n')}\n`);
  return python;
}

function run(program: string, ...args: string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) {
    throw new ForeframeError(
      `${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}: the comparison needs it`,
    );
  }
}
