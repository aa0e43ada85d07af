import { spawn } from 'node:child_process';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Open a page; where there is no browser, or no screen, nothing happens: its address is printed by whoever asks. */
export function openBrowser(address: string): void {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const opener =
    OPENERS[process.platform] ?? (DISPLAY || WAYLAND_DISPLAY ? (['xdg-open'] as const) : undefined);
  if (!opener) return;
  const [command, ...args] = opener;
  spawn(command, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
