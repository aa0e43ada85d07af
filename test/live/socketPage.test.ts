import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../src/live/build/bundlePage.js';
import { type ServedPage, serveLive } from '../../src/live/server/serveLive.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { chromiumPath } from '../chromium.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';
import { LiveTab, openWithCamera, PATIENCE, TINY } from './cameraBrowser.js';

const before = process.cwd();
const folder = temporaryFolder();

// A machine without Chromium (CHROMIUM_PATH names another place) cannot drive the page.
describe.skipIf(!chromiumPath)('the live page, with its network in the foreframe that gave it out', () => {
  let served: ServedPage;
  let browser: Browser;
  let tab: LiveTab;
  beforeAll(async () => {
    process.chdir(folder);
    await bundlePage('page');
    served = await serveLive({ port: 0, page: 'page', set: TINY, engine: 'node' });
    browser = await openWithCamera(folder);
    tab = new LiveTab(await browser.newPage());
    await tab.page.goto(served.address);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    process.chdir(before);
  });

  it('learns from nothing to expect what the camera shows, and saves a run', async () => {
    await expect.poll(() => tab.text('device'), PATIENCE).toContain('in foreframe');
    expect(await tab.text('where')).toMatch(/sent to the foreframe/);
    await expect.poll(() => tab.number('steps'), PATIENCE).toBeGreaterThan(150);
    await expect.poll(() => tab.number('ratio'), PATIENCE).toBeLessThan(0.75);
    for (const id of ['seen', 'expected', 'difference']) expect(await tab.colours(id), id).toBeGreaterThan(3);
    await tab.page.getByRole('button', { name: 'Save as a run' }).click();
    await expect.poll(() => tab.text('message'), PATIENCE).toMatch(/^Saved runs\/live\./);
    const run = await RunFolder.open('runs/live');
    expect((await run.bestCheckpoint()).position.step).toBeGreaterThan(150);
    expect(tab.faults).toEqual([]);
  });

  it('cannot be driven by a page of another origin, not even with the token', async () => {
    const other = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<p>other'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const foreign = await browser.newPage();
    try {
      await foreign.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
      expect(await foreign.evaluate(trySocket, served.address)).toBe('refused');
      // The same from where it belongs is let in: what refuses is where it comes from.
      expect(await tab.page.evaluate(trySocket, served.address)).toBe('let in');
    } finally {
      await foreign.close();
      other.close();
    }
  });

  it('has one page at a time; a page that begins anew, or takes the place of a closed one, goes on', async () => {
    const second = new LiveTab(await browser.newPage());
    await second.page.goto(served.address);
    await expect.poll(() => second.text('message'), PATIENCE).toMatch(/^another page uses this network/);
    const seen = await tab.number('steps');
    await expect.poll(() => tab.number('steps'), PATIENCE).toBeGreaterThan(seen);
    await tab.page.getByRole('button', { name: 'Begin anew' }).click();
    await expect.poll(() => tab.text('message'), PATIENCE).toMatch(/^Begun anew/);
    await expect.poll(() => tab.number('steps'), PATIENCE).toBeLessThan(seen);
    await expect.poll(() => tab.number('steps'), PATIENCE).toBeGreaterThan(3);
    expect(tab.faults).toEqual([]);
    await tab.page.close();
    await second.page.reload();
    await expect.poll(() => second.number('steps'), PATIENCE).toBeGreaterThan(3);
    await second.page.close();
  });

  it('shows what the server watches, frame by frame, and leaves the camera alone', async () => {
    testVideo('own.mkv', 'testsrc=s=96x72:r=10:d=3', '-c:v', 'ffv1');
    const own = await serveLive({ port: 0, page: 'page', set: TINY, from: 'own.mkv', engine: 'node' });
    const watching = new LiveTab(await browser.newPage());
    await watching.page.addInitScript(keepSaid);
    await watching.page.goto(own.address);
    await expect.poll(() => watching.number('steps'), PATIENCE).toBeGreaterThan(3);
    // Loading TensorFlow takes seconds: until then nothing is watched, and nobody says so.
    expect(await watching.page.evaluate('said')).toEqual(['Preparing the network …', 'Watching own.mkv.']);
    // The camera's scene has few shades of grey, the test image many.
    expect(await watching.colours('seen')).toBeGreaterThan(40);
    expect(await watching.colours('expected')).toBeGreaterThan(40);
    expect(await watching.page.getByRole('button', { name: 'Camera' }).isVisible()).toBe(false);
    expect(watching.faults).toEqual([]);
    await own.close();
    await expect.poll(() => watching.text('message'), PATIENCE).toMatch(/foreframe live has ended/);
    await watching.page.close();
  });
});

/** Runs in the browser, before the page: keep, as `said`, what the page says. */
function keepSaid(): void {
  // biome-ignore lint/suspicious/noExplicitAny: the browser's
  const page = globalThis as any;
  page.said = [];
  page.document.addEventListener('DOMContentLoaded', () => {
    const message = page.document.getElementById('message');
    const keep = () => page.said.push(message.textContent);
    new page.MutationObserver(keep).observe(message, { childList: true });
  });
}

/** Runs in the browser: whether a socket to the server is opened from there. */
function trySocket(address: string): Promise<string> {
  const [base, token] = address.split('#') as [string, string];
  return new Promise((resolve) => {
    // biome-ignore lint/suspicious/noExplicitAny: the browser's
    const socket = new (globalThis as any).WebSocket(`${base.replace('http', 'ws')}network`, [
      'foreframe-live',
      token,
    ]);
    socket.onopen = () => {
      socket.close();
      resolve('let in');
    };
    socket.onerror = () => resolve('refused');
  });
}
