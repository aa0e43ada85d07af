import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../src/common/random.js';
import { pick } from '../mutation/mutate.js';
import { type CliOptions, type CliOutcome, cli } from './cli.js';
import { children } from './processes.js';

/** How a command is disturbed. */
export interface Plan {
  readonly signal: NodeJS.Signals;
  /** Milliseconds after the start; of training, after so many records of its log. */
  readonly delay: number;
  readonly records: number;
  /** The same command is started twice in the folder, the second so many milliseconds later. */
  readonly two?: { readonly later: number };
  /** Each is the first process of a PID namespace, as in a container: two of them have the same process id. */
  readonly firstProcess: boolean;
  /** Which of the processes gets the signal; of two possibly none. */
  readonly target: 0 | 1 | 'both' | 'none';
}

/** What a plan depends on. */
interface Circumstances {
  /** How long the command takes undisturbed. */
  readonly seconds: number;
  /** Whether PID namespaces can be made here. */
  readonly namespaces: boolean;
  /** Whether it trains from nothing, so that its log says how far it is. */
  readonly trains: boolean;
}

export function drawPlan(random: Random, { seconds, namespaces, trains }: Circumstances): Plan {
  const signal = pick(['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const, random);
  const two = random.integer(4) === 0 ? { later: random.integer(2) * random.integer(600) } : undefined;
  const byRecords = random.integer(3) === 0 && trains;
  const records = 1 + random.integer(24);
  const delay = byRecords ? random.integer(40) : random.uniform() * 1.1 * seconds * 1000 * (two ? 1.5 : 1);
  const firstProcess = random.integer(4) === 0 && namespaces;
  const target = two ? pick([0, 1, 'both', 'none', 'none'] as const, random) : 0;
  return { signal, delay: Math.round(delay), records: byRecords ? records : 0, two, firstProcess, target };
}

export function planText({ signal, delay, records, two, firstProcess, target }: Plan): string {
  const when = `${delay} ms after ${records > 0 ? `record ${records}` : 'the start'}`;
  const which = two
    ? target === 'none'
      ? ''
      : ` to ${target === 'both' ? 'both' : `number ${target + 1}`}`
    : '';
  const signalled = target === 'none' ? 'no signal' : `${signal}${which} ${when}`;
  return `${two ? `two at once (${two.later} ms apart), ` : ''}${firstProcess ? 'as first process, ' : ''}${signalled}`;
}

/** Run a command as a plan says, to the end of all its processes. */
export async function disturb(
  plan: Plan,
  args: readonly string[],
  options: CliOptions,
  run: string,
): Promise<CliOutcome[]> {
  const start = async (index: 0 | 1) => {
    if (index === 1) await sleep(plan.two!.later);
    const signalled = plan.target === index || plan.target === 'both';
    const onStart = signalled ? (child: ChildProcess) => signalWhen(plan, child, run) : undefined;
    return cli(args, { ...options, firstProcess: plan.firstProcess, onStart, limit: 120 });
  };
  return Promise.all(plan.two ? [start(0), start(1)] : [start(0)]);
}

function signalWhen({ signal, delay, records, firstProcess }: Plan, child: ChildProcess, run: string): void {
  let timer: NodeJS.Timeout | undefined;
  const before = recordsIn(run);
  const send = () => {
    const pid = firstProcess ? children(child.pid!)[0] : child.pid;
    try {
      if (pid !== undefined) process.kill(pid, signal);
    } catch {
      // It was faster.
    }
  };
  const wait = setInterval(() => {
    if (records > 0 && recordsIn(run) - before < records) return;
    clearInterval(wait);
    timer = setTimeout(send, delay);
  }, 5);
  child.on('exit', () => {
    clearInterval(wait);
    clearTimeout(timer);
  });
}

function recordsIn(run: string): number {
  const path = join(run, 'metrics.jsonl');
  return existsSync(path) ? readFileSync(path, 'latin1').split('\n').length - 1 : 0;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
