import { spawn } from 'node:child_process';
import { UsageError } from '../common/errors.js';
import { type ServedPage, serveLive } from '../live/server/serveLive.js';
import { writePageCommand } from './livePage.js';
import { withInterrupt } from './terminal/terminal.js';

export interface LiveCommandOptions {
  readonly port?: number;
  readonly set: readonly string[];
  readonly open: boolean;
  readonly engine: 'browser' | 'node';
  readonly out?: string;
}

/** `foreframe live [RUN] [VIDEO]` */
export async function liveCommand(
  from: string | undefined,
  video: string | undefined,
  { port, set, open, engine, out }: LiveCommandOptions,
): Promise<void> {
  if (out !== undefined) {
    checkAlone(video, engine);
    await writePageCommand({ from, set, out });
    return;
  }
  const served = await serveLive({ from, video, set, port, engine, onSaved });
  console.log(served.address);
  console.error(`${served.name}: ${privacyOf(served)}. Ctrl-C ends it`);
  if (open && process.stdout.isTTY) openBrowser(served.address);
  const stopped = (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await withInterrupt(stopped, 'the page is closed');
  await served.close();
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
  return `${who}; nothing that the camera sees leaves the browser`;
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
