import { existsSync } from 'node:fs';

/** Where Chromium is; nothing on a machine without one. */
export const chromiumPath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
  .filter((path) => path !== undefined)
  .find(existsSync);

if (!chromiumPath) console.warn('no Chromium: the page is not driven; CHROMIUM_PATH names one');

/** Start it without a window. */
export async function openChromium(...args: string[]) {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', ...args],
    env: { ...process.env, TMPDIR: '/tmp' },
  });
}
