import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { ForeframeError } from '../../src/common/errors.js';

/** Where Chromium is; nothing on a machine without one. */
export const chromiumPath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
  .filter((path) => path !== undefined)
  .find(existsSync);

/** Start Chromium without a window. @throws ForeframeError where there is none, or nothing that drives it */
export async function openChromium(...flags: string[]): Promise<Browser> {
  if (chromiumPath === undefined)
    throw new ForeframeError('no Chromium found: install it, or name it in CHROMIUM_PATH');
  const { chromium } = await import('playwright-core').catch((cause: unknown) => {
    throw new ForeframeError('playwright-core drives Chromium: npm install playwright-core', { cause });
  });
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', ...flags],
    // Chromium's own socket needs a short path.
    env: { ...process.env, TMPDIR: '/tmp' },
  });
}
