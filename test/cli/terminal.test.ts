import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withInterrupt } from '../../src/cli/terminal/terminal.js';

const listeners = () => ['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name));

/** Run a script that has `withInterrupt`, and send Ctrl-C each time it says `ready`. */
function interrupted(
  script: string,
): Promise<{ signal: string | null; code: number | null; stdout: string }> {
  const module = resolve(import.meta.dirname, '../../dist/src/cli/terminal/terminal.js');
  const code = `import { withInterrupt } from ${JSON.stringify(module)}; ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    if (String(chunk).includes('ready')) child.kill('SIGINT');
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, stdout }));
  });
}

describe('work that Ctrl-C stops', () => {
  it('listens as long as it runs, whether it ends well or badly', async () => {
    const before = listeners();
    const within = await withInterrupt(async (signal) => {
      expect(signal.aborted).toBe(false);
      return listeners();
    });
    expect(within).toEqual(before.map((count) => count + 1));
    expect(listeners()).toEqual(before);
    const failed = withInterrupt(() => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    expect(listeners()).toEqual(before);
  });

  it('leaves Ctrl-C as it was: afterwards it ends the process', async () => {
    const outcome = await interrupted(`
      await withInterrupt(async () => {});
      console.log('ready');
      setTimeout(() => console.log('still there'), 20000);`);
    expect(outcome).toEqual({ code: null, signal: 'SIGINT', stdout: 'ready\n' });
  });

  it('hears its own Ctrl-C alone: the next work can stop in order too', async () => {
    const outcome = await interrupted(`
      const work = (name) => withInterrupt((signal) => new Promise((done) => {
        const alive = setInterval(() => {}, 1000);
        signal.addEventListener('abort', () => { clearInterval(alive); console.log('saved ' + name); done(); });
        console.log('ready');
      }));
      await work('first');
      await work('second');`);
    expect(outcome).toEqual({ code: 0, signal: null, stdout: 'ready\nsaved first\nready\nsaved second\n' });
  });
});
