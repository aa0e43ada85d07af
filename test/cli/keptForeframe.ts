import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll } from 'vitest';
import type { Outcome } from './foreframe.js';

const program = resolve(import.meta.dirname, '../../dist/test/cli/keptProgram.js');

/** What of its environment a test file passes on with each command. */
export const PASSED_ON = ['FFMPEG_PATH', 'FFPROBE_PATH'] as const;

/** What the kept process is asked. */
export interface KeptCommand {
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The ffmpeg of the test file that asks. */
  readonly env: Readonly<Partial<Record<(typeof PASSED_ON)[number], string>>>;
  /** The file that takes the answer. */
  readonly answer: string;
}

/** What it answers. */
export interface KeptAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The built command line in a process that takes one command after another, from one test file after another: what commands
 * load, TensorFlow too, is loaded once, which is most of the time of a small command. For tests of what a command does and says.
 * Those of how a process starts, is stopped or ends, of its environment and of its memory use `foreframe`, which starts one for each.
 * @param name of the process. A process loads TensorFlow in one thread and in one way only: `export`, `analyse` and `doctor`, which
 *   do in the main one, need another than commands that train or watch, and so does who sets `threads`.
 */
export function keptForeframe(
  name = 'kept',
): (args: readonly string[], options?: Pick<KeptCommand, 'cwd'>) => Promise<Outcome> {
  let kept: KeptProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  afterAll(() => kept?.leave());
  return (args, options) => {
    const outcome = last.then(async () => {
      if (!kept?.runs) kept = await KeptProcess.open(name);
      return kept.run({ args, ...options });
    });
    last = outcome.catch(() => {});
    return outcome;
  };
}

/** Processes that this worker has started. */
let started = 0;

class KeptProcess {
  readonly #path: string;
  readonly #socket: Socket;
  #answered: (() => void) | undefined;
  runs = true;

  /** One that a test file has left, or a new one: of two workers none ever asks the same. */
  static async open(name: string): Promise<KeptProcess> {
    const folder = process.env.FOREFRAME_TESTS!;
    for (const left of readdirSync(folder).filter((each) => each.startsWith(`${name}@`))) {
      const socket = await claimed(join(folder, left));
      if (socket) return new KeptProcess(join(folder, left), socket);
    }
    const path = join(folder, `${name}@${process.pid}-${++started}`);
    const stderr = openSync(`${path}.stderr`, 'a');
    const child = spawn(process.execPath, [program, path], {
      detached: true,
      stdio: ['ignore', 'ignore', stderr],
    });
    closeSync(stderr);
    child.unref();
    for (;;) {
      const socket = await claimed(path);
      if (socket) return new KeptProcess(path, socket);
      if (child.exitCode !== null) throw new Error(readFileSync(`${path}.stderr`, 'utf8'));
      await later(20);
    }
  }

  constructor(path: string, socket: Socket) {
    this.#path = path;
    this.#socket = socket;
    socket.on('data', () => this.#answered?.());
    // It has ended: that is what is answered.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.runs = false;
      this.#answered?.();
    });
  }

  async run(command: Omit<KeptCommand, 'answer' | 'env'>): Promise<Outcome> {
    const answer = `${this.#path}.json`;
    rmSync(answer, { force: true });
    // What native code says there, past JavaScript.
    const said = () => readFileSync(`${this.#path}.stderr`);
    const before = said().length;
    await new Promise<void>((done) => {
      this.#answered = done;
      const env = Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
      this.#socket.write(`${JSON.stringify({ ...command, env, answer } satisfies KeptCommand)}\n`);
    });
    const native = said().subarray(before).toString();
    if (!existsSync(answer)) return { code: null, signal: null, stdout: '', stderr: native };
    const { code, stdout, stderr } = JSON.parse(readFileSync(answer, 'utf8')) as KeptAnswer;
    return { code, signal: null, stdout, stderr: native + stderr };
  }

  /** To the next file. */
  leave(): void {
    this.#socket.destroy();
  }
}

/** A connection to the process that listens there, if one does that serves nobody: it then says so. */
function claimed(path: string): Promise<Socket | undefined> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('data', () => done(socket));
    socket.once('error', () => done(undefined));
    socket.once('close', () => done(undefined));
  });
}
