import { serveLive } from '../live/server/serveLive.js';
import { serveTraining } from '../live/training/serveTraining.js';
import { isBeingTrained } from '../live/training/trainingWatch.js';
import { openBrowser } from './terminal/openBrowser.js';
import { withInterrupt } from './terminal/terminal.js';

export interface LiveCommandOptions {
  readonly port?: number;
  readonly set: readonly string[];
  readonly open: boolean;
}

/** `foreframe live [RUN] [VIDEO]`; of a run that a process is training, the page of that training. */
export async function liveCommand(
  from: string | undefined,
  video: string | undefined,
  options: LiveCommandOptions,
): Promise<void> {
  const { port, set, open } = options;
  if (from !== undefined && video === undefined && set.length === 0 && isBeingTrained(from))
    return showTraining(from, options);
  const served = await serveLive({ from, video, set, port, onSaved });
  console.log(served.address);
  console.error(
    `${served.name}: the page is open to this machine alone; nothing that the camera sees leaves the browser. Ctrl-C ends it`,
  );
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

function onSaved(folder: string): void {
  console.log(`saved ${folder}`);
}
