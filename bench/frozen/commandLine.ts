import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ForeframeError } from '../../src/common/errors.js';
import { packageFolder } from '../../src/common/files/packageFolder.js';

const mainFile = join(packageFolder, 'dist', 'src', 'cli', 'main.js');

/**
 * Run the built command line in `cwd` with `--json` and read its answer.
 * @throws ForeframeError with the last line that it said when it fails
 */
export async function foreframe(args: readonly string[], cwd: string): Promise<Record<string, unknown>> {
  const said = await run(process.execPath, [mainFile, ...args, '--json'], cwd);
  return JSON.parse(said) as Record<string, unknown>;
}

/** Run a program to its end; `input` goes to its standard input. @throws ForeframeError when it fails */
export function run(file: string, args: readonly string[], cwd: string, input?: Uint8Array): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-10_000);
    });
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) done(stdout);
      else fail(new ForeframeError(`${args.slice(1).join(' ')}: ${stderr.trim().split('\n').at(-1)}`));
    });
    child.stdin.end(input);
  });
}
