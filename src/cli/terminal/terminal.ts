import { SingleBar } from 'cli-progress';
import { ExitCode } from '../../common/errors.js';
import { leaveClosedTerminal, leaveSignals, STOP_SIGNALS } from './earlySignals.js';

/** Where people look: a terminal gets a bar that moves, anything else plain lines now and then. */
export interface Progress {
  /** @param secondsLeft in place of an estimate by the share that is done */
  update(done: number, fields: string, secondsLeft?: number): void;
  /** Print a line above the bar. */
  line(text: string): void;
  stop(): void;
}

/** Seconds between two plain lines where there is no terminal. */
const PLAIN_INTERVAL = 10;

/**
 * A bar from 0 to `total`, with time left, for work called `title`; where the total is 0, which means not known, lines that say what
 * is done. Written to standard error: the answer owns standard output.
 */
export function startProgress(title: string, total: number): Progress {
  if (total === 0) return countingProgress(title);
  return process.stderr.isTTY ? barProgress(title, total) : plainProgress(title, total);
}

function barProgress(title: string, total: number): Progress {
  const bar = new SingleBar({
    format: `${title} {bar} {percentage}% | {left} left | {fields}`,
    barsize: 24,
    hideCursor: true,
    stopOnComplete: false,
    linewrap: false,
    clearOnComplete: false,
    gracefulExit: false,
  });
  const course = new Course(total);
  bar.start(total, 0, { left: '…', fields: '' });
  return {
    update: (done, fields, secondsLeft) => {
      const share = course.share(done);
      bar.update(share * total, { left: course.timeLeft(share, secondsLeft), fields });
    },
    line: (text) => {
      process.stderr.write(`\r\x1b[K${text}\n`);
      bar.render();
    },
    stop: () => bar.stop(),
  };
}

function plainProgress(title: string, total: number): Progress {
  const course = new Course(total);
  const started = performance.now();
  let next = PLAIN_INTERVAL;
  return {
    update: (done, fields, secondsLeft) => {
      const share = course.share(done);
      if ((performance.now() - started) / 1000 < next) return;
      next += PLAIN_INTERVAL;
      console.error(
        `${title} ${Math.floor(100 * share)} % | ${course.timeLeft(share, secondsLeft)} left | ${fields}`,
      );
    },
    line: (text) => console.error(text),
    stop: () => {},
  };
}

/** No share of a whole that is not known. */
function countingProgress(title: string): Progress {
  const started = performance.now();
  let next = PLAIN_INTERVAL;
  return {
    update: (_done, fields) => {
      if ((performance.now() - started) / 1000 < next) return;
      next += PLAIN_INTERVAL;
      console.error(`${title} | ${fields}`);
    },
    line: (text) => console.error(text),
    stop: () => {},
  };
}

/** How far some work is. */
class Course {
  readonly #total: number;
  /** Where this process found the work, and when: what was done before took no time of its own. */
  #first: { readonly share: number; readonly time: number } | undefined;
  #furthest = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** From 0 to 1, never less than before. */
  share(done: number): number {
    const share = this.#total > 0 ? Math.min(Math.max(done / this.#total, 0), 1) : 1;
    this.#first ??= { share, time: performance.now() };
    this.#furthest = Math.max(this.#furthest, share);
    return this.#furthest;
  }

  timeLeft(share: number, known?: number): string {
    if (known !== undefined) return duration(known);
    const { share: before, time } = this.#first!;
    if (share <= before) return '…';
    return duration(((performance.now() - time) / 1000) * ((1 - share) / (share - before)));
  }
}

/** 75 → "1m15s". */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${String(s % 60).padStart(2, '0')}s`;
  return `${Math.floor(s / 3600)}h${String(Math.floor((s % 3600) / 60)).padStart(2, '0')}m`;
}

/** A table with aligned columns: the first to the left, numbers to the right. */
export function textTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [line(columns), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** Signals that come closer together are one: a terminal and npm may both pass on what a person asked for once. */
const SAME_SIGNAL_MS = 500;

/**
 * Do work whose signal Ctrl-C, SIGTERM and SIGHUP (its terminal was closed) abort; a second Ctrl-C ends the process at once. When
 * the work is over, they end the process as they do any other.
 * @param answer what a person hears at once
 */
export async function withInterrupt<T>(
  work: (signal: AbortSignal) => Promise<T>,
  answer = 'stopping after this step; press Ctrl-C again to stop at once',
): Promise<T> {
  const controller = new AbortController();
  let asked = 0;
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      // Only Ctrl-C is pressed by an impatient person; whoever sends the others kills when it takes too long.
      if (name === 'SIGINT' && performance.now() - asked > SAME_SIGNAL_MS) process.exit(ExitCode.interrupted);
      return;
    }
    asked = performance.now();
    if (name === 'SIGHUP') leaveClosedTerminal();
    console.error(`\n${answer}`);
    controller.abort();
  };
  // A terminal that was closed may be written to before its signal is heard.
  const ignore = () => {};
  process.stderr.on('error', ignore);
  for (const name of STOP_SIGNALS) process.on(name, stop);
  const takeBack = leaveSignals();
  try {
    return await work(controller.signal);
  } finally {
    takeBack();
    for (const name of STOP_SIGNALS) process.off(name, stop);
    process.stderr.off('error', ignore);
  }
}
