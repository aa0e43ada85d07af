import { spawn } from 'node:child_process';
import { serveLive } from '../live/server/serveLive.js';
import { withInterrupt } from './terminal/terminal.js';

export interface LiveCommandOptions {
  readonly port?: number;
  readonly set: readonly string[];
  readonly open: boolean;
}

/** `foreframe live [RUN] [VIDEO]` */
export async function liveCommand(
  from: string | undefined,
  video: string | undefined,
  { port, set, open }: LiveCommandOptions,
): Promise<void> {
  const served = await serveLive({ from, video, set, port, onSaved });
  console.log(served.address);
  console.error(
    `${served.name}: the page is open to this machine alone; nothing that the camera sees leaves the browser. Ctrl-C ends it`,
  );
  if (open && process.stdout.isTTY) openBrowser(served.address);
  const stopped = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await withInterrupt(stopped, 'the page is closed');
  await served.close();
}

function onSaved(folder: string): void {
  console.log(`saved ${folder}`);
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Where there is no browser, or no screen, the address was printed. */
function openBrowser(address: string): void {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const opener =
    OPENERS[process.platform] ?? (DISPLAY || WAYLAND_DISPLAY ? (['xdg-open'] as const) : undefined);
  if (!opener) return;
  const [command, ...args] = opener;
  spawn(command, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
