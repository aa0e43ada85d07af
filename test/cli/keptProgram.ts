// A process of the command line that takes one command after another, from one test file after another: it listens at the path that
// it is given, for one line of JSON for each command. The answer is in a file that the command names. See keptForeframe.ts.
import '../../src/cli/terminal/answerSignals.js';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { runCommandLine } from '../../src/cli/commandLine.js';
import { guardOutput } from '../../src/cli/terminal/output.js';
import type { KeptAnswer, KeptCommand, PASSED_ON } from './keptForeframe.js';

/** After so long without a file that asks it ends, and after one that left it this large. */
const [IDLE_SECONDS, LARGE] = [60, 2e9];
const path = process.argv[2]!;
const home = process.cwd();
const argv = process.argv.slice(0, 2);
let said = { stdout: '', stderr: '' };
let working: KeptCommand | undefined;

for (const name of ['stdout', 'stderr'] as const) {
  process[name].write = (chunk: string | Uint8Array, ...more: unknown[]) => {
    said[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const written = more.find((each) => typeof each === 'function') as (() => void) | undefined;
    if (written) setImmediate(written);
    return true;
  };
}
guardOutput();

/** At once, also where the process ends within a command. */
function answer(code: number): void {
  if (working) writeFileSync(working.answer, JSON.stringify({ code, ...said } satisfies KeptAnswer));
  working = undefined;
}

async function serve(socket: Socket): Promise<void> {
  for await (const line of createInterface({ input: socket })) {
    working = JSON.parse(line) as KeptCommand;
    said = { stdout: '', stderr: '' };
    process.chdir(working.cwd ?? home);
    useEnvironment(working.env);
    process.argv = [...argv, ...working.args];
    process.exitCode = undefined;
    await runCommandLine();
    answer(Number(process.exitCode ?? 0));
    socket.write('\n');
  }
}

function useEnvironment({ FFMPEG_PATH, FFPROBE_PATH }: KeptCommand['env']): void {
  const given: Record<(typeof PASSED_ON)[number], string | undefined> = { FFMPEG_PATH, FFPROBE_PATH };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** No file asks it any more: whoever comes from now on finds nobody. */
function retire(): void {
  retired = true;
  rmSync(path, { force: true });
  setTimeout(() => {
    if (!served) process.exit(0);
  }, 1000);
}

let [served, retired, left] = [false, false, Date.now()];
process.on('exit', (code) => {
  if (!retired) rmSync(path, { force: true });
  answer(code);
});
const server = createServer((socket) => {
  socket.on('error', () => {});
  // One file at a time: a second one would get the answers of the first.
  if (served || retired) {
    socket.destroy();
    return;
  }
  served = true;
  socket.write('\n');
  socket.on('close', () => {
    // A test file that did not wait for its answer, such as one that ran out of time: the next gets a new process.
    if (working || retired) process.exit(1);
    served = false;
    left = Date.now();
    if (process.memoryUsage().rss > LARGE) retire();
  });
  void serve(socket);
});
server.listen(path);
setInterval(() => {
  // The folder goes when the tests end.
  if (!existsSync(path) && !served) process.exit(0);
  if (!served && !retired && Date.now() - left > 1000 * IDLE_SECONDS) retire();
}, 1000);
