import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';
import type { Outcome } from './foreframe.js';

const program = resolve(import.meta.dirname, '../../dist/test/cli/keptProgram.js');

/** What the kept process is asked. */
export interface KeptCommand {
  readonly args: readonly string[];
  readonly cwd?: string;
}

/** What it answers. */
export interface KeptAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The built command line in a process that takes one command after another, until the test file ends: what commands load, TensorFlow
 * too, is loaded once, which is most of the time of a small command. For tests of what a command does and says. Those of how a
 * process starts, is stopped or ends, of its environment and of its memory use `foreframe`, which starts one for each command.
 * So do `export`, `analyse` and `doctor` beside commands that train or watch: a process loads TensorFlow in one thread only.
 */
export function keptForeframe(): (
  args: readonly string[],
  options?: Omit<KeptCommand, 'args'>,
) => Promise<Outcome> {
  let kept: KeptProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  afterAll(() => kept?.end());
  return (args, options) => {
    const outcome = last.then(() => {
      if (!kept?.runs) kept = new KeptProcess();
      return kept.run({ args, ...options });
    });
    last = outcome.catch(() => {});
    return outcome;
  };
}

class KeptProcess {
  readonly #child: ChildProcess = spawn(process.execPath, [program]);
  /** What native code says there, past JavaScript. */
  #stderr = '';
  #answered: ((outcome: Outcome) => void) | undefined;
  runs = true;

  constructor() {
    // It has ended: that is what is answered.
    this.#child.stdin!.on('error', () => {});
    this.#child.stderr!.on('data', (chunk) => {
      this.#stderr += chunk;
    });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const { code, stdout, stderr } = JSON.parse(line) as KeptAnswer;
      this.#answer({ code, signal: null, stdout, stderr: this.#stderr + stderr });
    });
    this.#child.on('close', (code, signal) => {
      this.runs = false;
      this.#answer({ code, signal, stdout: '', stderr: this.#stderr });
    });
  }

  run(command: KeptCommand): Promise<Outcome> {
    this.#stderr = '';
    return new Promise((done) => {
      this.#answered = done;
      this.#child.stdin!.write(`${JSON.stringify(command)}\n`);
    });
  }

  /** Let it end, and wait until it has. */
  async end(): Promise<void> {
    if (!this.runs) return;
    this.#child.stdin!.end();
    await once(this.#child, 'close');
  }

  #answer(outcome: Outcome): void {
    this.#answered?.(outcome);
    this.#answered = undefined;
  }
}
