import { UsageError } from '../common/errors.js';
import { type ServedPage, serveLive } from '../live/server/serveLive.js';
import { serveTraining } from '../live/training/serveTraining.js';
import { isBeingTrained } from '../live/training/trainingWatch.js';
import { checkNamed } from './liveNamed.js';
import { writePageCommand } from './livePage.js';
import { openBrowser } from './terminal/openBrowser.js';
import { withInterrupt } from './terminal/terminal.js';

export interface LiveCommandOptions {
  readonly port?: number;
  readonly set: readonly string[];
  readonly open: boolean;
  readonly engine: 'browser' | 'node';
  readonly out?: string;
}

/** `foreframe live [RUN] [VIDEO]`; of a run that a process is training, the page of that training. */
export async function liveCommand(
  from: string | undefined,
  video: string | undefined,
  options: LiveCommandOptions,
): Promise<void> {
  const { port, set, open, engine, out } = options;
  if (from !== undefined) await checkNamed(from, (line) => console.error(line));
  if (out !== undefined) {
    checkAlone(video, engine);
    await writePageCommand({ from, set, out });
    return;
  }
  if (from !== undefined && video === undefined && set.length === 0 && isBeingTrained(from))
    return showTraining(from, options);
  const served = await serveLive({ from, video, set, port, engine, onSaved });
  console.log(served.address);
  console.error(`${served.name}: ${privacyOf(served)}. Ctrl-C ends it`);
  if (open && process.stdout.isTTY) openBrowser(served.address);
  await interrupted();
  await served.close();
}

/** The page of a run that another process trains, until Ctrl-C; the training goes on. */
async function showTraining(run: string, { port, open }: LiveCommandOptions): Promise<void> {
  const served = await serveTraining({ port });
  await served.watch(run);
  console.log(served.address);
  console.error(
    `${run} is being trained; the page is open to this machine alone. Ctrl-C closes the page only`,
  );
  if (open && process.stdout.isTTY) openBrowser(served.address);
  await interrupted();
  await served.close();
}

function interrupted(): Promise<void> {
  const stopped = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  return withInterrupt(stopped, 'the page is closed');
}

function checkAlone(video: string | undefined, engine: string): void {
  if (video !== undefined)
    throw new UsageError(`--out writes a page for the viewer's own camera and files: leave ${video} out`);
  if (engine === 'node')
    throw new UsageError('--out writes a page that computes in the browser alone: leave --engine node out');
}

function privacyOf({ engine, source }: ServedPage): string {
  const who = 'the page is open to this machine alone';
  if (source !== undefined) return `${who}, and shows ${source}, which this process watches`;
  if (engine === 'node')
    return `${who}; what the camera sees goes from the browser to this process, and no further`;
  return `${who}; no frame leaves the browser`;
}

function onSaved(folder: string): void {
  console.log(`saved ${folder}`);
}
