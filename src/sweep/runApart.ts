import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ExitCode } from '../common/errors.js';
import { commandFile } from '../common/files/packageFolder.js';
import { isAborted } from '../data/interruptibleSource.js';

/** How a process that trained one run ended. */
export type Ending =
  | { readonly kind: 'done' | 'stopped' }
  /** @param reason one line */
  | { readonly kind: 'failed'; readonly reason: string };

export interface ApartOptions {
  /** Aborting stops the process, which saves first. */
  readonly signal: AbortSignal;
  /** Threads that its TensorFlow computes on. */
  readonly threads: number;
  /** Hears how much of the run is done, from 0 to 1. */
  readonly onShare: (share: number) => void;
}

/** What the process says of itself while it trains. */
export interface ShareMessage {
  readonly share: number;
}

/**
 * Train one run of a sweep in a process of its own. It hears when this process is gone, and then saves and ends, too.
 * @param args of the command line
 */
export function runApart(
  args: readonly string[],
  { signal, threads, onShare }: ApartOptions,
): Promise<Ending> {
  const own = { TF_NUM_INTRAOP_THREADS: `${threads}`, TF_NUM_INTEROP_THREADS: `${threads}` };
  return new Promise((done) => {
    const child = spawn(process.execPath, [commandFile, ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // What a person has set stays.
      env: { ...own, ...process.env },
    });
    // Ctrl-C in a terminal reaches it as well. A second SIGINT would end it at once; a second SIGTERM does not.
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    let reason = '';
    createInterface({ input: child.stderr! }).on('line', (line) => {
      if (line.startsWith('foreframe: ')) reason = line.slice('foreframe: '.length);
    });
    child.on('message', (message) => {
      if (isShare(message)) onShare(message.share);
    });
    const end = (ending: Ending) => {
      signal.removeEventListener('abort', stop);
      done(ending);
    };
    child.on('error', (error) => end({ kind: 'failed', reason: error.message }));
    child.on('close', async (code, killed) => {
      if (code === ExitCode.done) end({ kind: 'done' });
      else if (await isAborted(signal)) end({ kind: 'stopped' });
      else end({ kind: 'failed', reason: reason || endText(code, killed) });
    });
  });
}

function isShare(message: unknown): message is ShareMessage {
  return (
    typeof message === 'object' && message !== null && 'share' in message && typeof message.share === 'number'
  );
}

function endText(code: number | null, killed: NodeJS.Signals | null): string {
  if (killed === 'SIGKILL')
    return 'its process was killed, as the system does where memory runs out: take fewer --jobs';
  return `its process ended with ${killed ?? `exit code ${code}`}`;
}
