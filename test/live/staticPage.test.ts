import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../src/live/build/bundlePage.js';
import { openSession } from '../../src/live/server/openSession.js';
import { checkLiveState, stateIn } from '../../src/live/server/sessionState.js';
import { writePage } from '../../src/live/server/writePage.js';
import { decodeSafetensors } from '../../src/runs/safetensors.js';
import { chromiumPath } from '../chromium.js';
import { temporaryFolder } from '../video/makeVideo.js';
import { LiveTab, openWithCamera, PATIENCE, TINY } from './cameraBrowser.js';

/** Not the root: addresses have to be relative. */
const UNDER = '/lab/live/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

const before = process.cwd();
const folder = temporaryFolder();
beforeAll(() => process.chdir(folder));
afterAll(() => process.chdir(before));

it('writes nothing into a folder that holds something, and names what has no place in files', async () => {
  mkdirSync('full');
  writeFileSync(join('full', 'mine.txt'), 'mine');
  mkdirSync('empty');
  for (const name of ['index.html', 'page.js'])
    writeFileSync(join('empty', name), '<head><meta charset="utf-8">');
  await expect(writePage({ out: 'full', page: 'empty', set: TINY })).rejects.toThrow(/full is not empty/);
  expect(readdirSync('full')).toEqual(['mine.txt']);
  await expect(writePage({ out: 'site', page: 'full', set: TINY })).rejects.toThrow(/npm run build/);
});

describe.skipIf(!chromiumPath)('the live page as files, given out by any web server', () => {
  let browser: Browser;
  let server: Server;
  const asked: string[] = [];
  beforeAll(async () => {
    await bundlePage('page');
    mkdirSync('site');
    const { files } = await writePage({ out: 'site', page: 'page', set: TINY });
    expect(files).toEqual(readdirSync('site').sort());
    expect(files).toEqual(expect.arrayContaining(['index.html', 'session.json', 'weights.safetensors']));
    server = createServer(({ url = '' }, response) => {
      asked.push(url);
      const name = url.slice(UNDER.length) || 'index.html';
      if (!url.startsWith(UNDER) || !files.includes(name)) return response.writeHead(404).end();
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      return response.setHeader('content-type', type).end(readFileSync(join('site', name)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await openWithCamera(folder);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it('predicts, learns, and hands its weights out as a file that takes the place of the first ones', async () => {
    const tab = new LiveTab(await browser.newPage());
    await tab.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${UNDER}`);
    await expect.poll(() => tab.text('device'), PATIENCE).toContain('WebAssembly');
    await expect.poll(() => tab.number('steps'), PATIENCE).toBeGreaterThan(60);
    for (const id of ['seen', 'expected', 'difference']) expect(await tab.colours(id), id).toBeGreaterThan(3);
    expect(await tab.number('error')).toBeGreaterThan(0);
    expect(await tab.text('where')).toMatch(/^Frames and weights stay in this browser/);

    const downloading = tab.page.waitForEvent('download');
    await tab.page.getByRole('button', { name: 'Save the weights' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(/^live-\d+-steps\.safetensors$/);
    expect(await tab.text('message')).toMatch(/in the place of weights\.safetensors/);
    const bytes = readFileSync(await download.path());
    const learned = stateIn(decodeSafetensors(bytes, 'the download').tensors);
    const { page } = await openSession({ set: TINY });
    checkLiveState(page.settings, learned);
    const first = decodeSafetensors(readFileSync('site/weights.safetensors'), 'the first weights').tensors;
    const [name, { data }] = Object.entries(first)[0]!;
    expect(learned[name]!.data).not.toEqual(data);

    writeFileSync('site/weights.safetensors', bytes);
    await tab.page.reload();
    await expect.poll(() => tab.number('steps'), PATIENCE).toBeGreaterThan(3);
    expect(tab.faults).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(UNDER))).toEqual([]);
    expect(asked.filter((url) => url === `${UNDER}weights.safetensors`)).toHaveLength(2);
  });
});
