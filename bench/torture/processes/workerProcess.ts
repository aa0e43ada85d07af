import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CaseResult, oneLine } from '../area.js';
import { LIMITS } from '../areas.js';
import { unmountBelow } from '../tmpfs.js';
import { family, killAll, MARK, marked, residentBytes } from './processes.js';
import type { CaseOrder, WorkerAnswer } from './worker.js';

/** Bytes of a worker above which the machine is in danger. */
const MEMORY = 4 * 2 ** 30;
/** Seconds in which what the cases share is made. */
const PREPARING = 180;

/** What a result is about that stands for all cases of its area. */
export const WHOLE_AREA = 'the whole area';

/** One area's process, seen from the campaign: started when it is needed, and again after it died. */
export class WorkerProcess {
  #child: ChildProcess | undefined;
  #stderr = '';
  readonly #mark: string;

  constructor(
    readonly area: string,
    readonly folder: string,
    readonly script = fileURLToPath(new URL('./worker.js', import.meta.url)),
    /** Seconds after which a case hangs. */
    readonly limit = LIMITS[area] ?? 60,
  ) {
    this.#mark = `${area}-${process.pid}`;
  }

  /** Run a case; whatever becomes of the process, there is a result. */
  async run(number: number, seed: number): Promise<CaseResult> {
    const folder = join(this.folder, this.area, String(number));
    const shared = join(this.folder, 'shared');
    mkdirSync(folder, { recursive: true });
    mkdirSync(shared, { recursive: true });
    const ready = await this.#start(shared);
    if (ready.unable !== undefined) return this.#ended('skipped', ready.unable);
    if (ready.broken !== undefined) return this.#ended('broken', `it could not be prepared: ${ready.broken}`);
    const order: CaseOrder = { number, seed, folder };
    const answer = await this.#ask(this.limit, () => this.#child!.send(order));
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    if (typeof answer === 'object' && 'result' in answer) return answer.result;
    const [kind, text] =
      typeof answer === 'string'
        ? ([answer.startsWith('no answer') ? 'hang' : 'crash', answer] as const)
        : (['crash', `the campaign's own fault: ${JSON.stringify(answer)}`] as const);
    return {
      what: `case ${this.area}:${number}, during which its process was lost`,
      outcome: text,
      good: 'right',
      faults: [{ kind, text: oneLine(text, 1500) }],
    };
  }

  async close(): Promise<void> {
    this.#end();
  }

  async #start(shared: string): Promise<{ unable?: string; broken?: string }> {
    if (this.#child?.connected) return {};
    this.#stderr = '';
    const child = fork(this.script, [this.area, shared], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', [MARK]: this.#mark },
    });
    child.stderr!.on('data', (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-4000);
    });
    this.#child = child;
    const answer = await this.#ask(PREPARING, () => {});
    if (typeof answer === 'object' && 'ready' in answer) return answer;
    this.#end();
    return { broken: typeof answer === 'string' ? answer : JSON.stringify(answer) };
  }

  /** The next answer, or a line that says how the process was lost. */
  #ask(seconds: number, begin: () => void): Promise<WorkerAnswer | string> {
    const child = this.#child!;
    return new Promise((done) => {
      const finish = (answer: WorkerAnswer | string) => {
        clearInterval(guard);
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        if (typeof answer === 'string') this.#end();
        done(answer);
      };
      const onMessage = (answer: WorkerAnswer) => finish(answer);
      const onExit = (code: number | null, signal: string | null) =>
        finish(`the process died (${signal ?? `exit code ${code}`}): ${this.#stderr.trim().slice(-1200)}`);
      const guard = setInterval(() => {
        if (residentBytes(child.pid!) > MEMORY) finish('the process took more than 4 GB of memory');
      }, 100);
      const timer = setTimeout(
        () => finish(`no answer after ${seconds} s: ${this.#stderr.trim().slice(-600)}`),
        seconds * 1000,
      );
      child.on('message', onMessage);
      child.on('exit', onExit);
      begin();
    });
  }

  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    killAll([
      ...(child.exitCode === null && child.signalCode === null ? family(child.pid!) : []),
      ...marked(this.#mark),
    ]);
  }

  /** The only case of an area that goes no further. */
  #ended(why: 'skipped' | 'broken', reason: string): CaseResult {
    const faults = why === 'broken' ? [{ kind: 'crash' as const, text: oneLine(reason, 1500) }] : [];
    return { what: WHOLE_AREA, outcome: oneLine(reason), good: 'skipped', faults };
  }
}
