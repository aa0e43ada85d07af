import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/loadConfig.js';
import { loadRun } from '../../src/engine/loadRun.js';
import { fromBytes } from '../../src/engine/predictor.js';
import { train } from '../../src/library/train.js';
import { bundlePage } from '../../src/live/build/bundlePage.js';
import { openSession } from '../../src/live/server/openSession.js';
import { type ServedPage, serveLive } from '../../src/live/server/serveLive.js';
import { chromiumPath } from '../chromium.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';
import { answersTo, LiveTab, openWithCamera, PATIENCE, TINY } from './cameraBrowser.js';

const SIZE = { width: 24, height: 18 };
/** Reading, saving with the token, saving as a form would. */
const DRIVES = [
  ['api/session', {}],
  ['api/runs?steps=1&seconds=1', { method: 'POST', body: 'x' }],
  ['api/runs?steps=1&seconds=1', { method: 'POST', mode: 'no-cors', body: 'x' }],
] as const;

const before = process.cwd();
const folder = temporaryFolder();
let served: ServedPage;
beforeAll(async () => {
  process.chdir(folder);
  await bundlePage('page');
  served = await serveLive({ port: 0, page: 'page', set: TINY });
});
afterAll(async () => {
  await served.close();
  process.chdir(before);
});

// A machine without Chromium (CHROMIUM_PATH names another place) cannot drive the page.
describe.skipIf(!chromiumPath)('the live page, in a browser with a camera', () => {
  let tab: Page;
  let live: LiveTab;
  let browser: Browser;
  let faults: string[];
  beforeAll(async () => {
    browser = await openWithCamera(folder);
    tab = await browser.newPage();
    live = new LiveTab(tab);
    faults = live.faults;
    await tab.goto(served.address);
  });
  afterAll(() => browser?.close());

  const text = (id: string) => live.text(id);
  const number = (id: string) => live.number(id);

  it('learns from nothing to expect what the camera shows', async () => {
    await expect.poll(() => text('device'), PATIENCE).toContain('WebAssembly');
    await expect.poll(() => number('steps'), PATIENCE).toBeGreaterThan(200);
    await expect.poll(() => number('ratio'), PATIENCE).toBeLessThan(0.6);
    expect(await text('message')).toBe('Watching the camera.');
    expect(await text('speed')).toMatch(/^[\d.]+ of 10$/);
    // Each picture shows something, and the chart is drawn.
    for (const id of ['seen', 'expected', 'difference'])
      expect(await live.colours(id), id).toBeGreaterThan(3);
    expect(await tab.locator('#surprise-chart canvas').count()).toBe(1);
    expect(faults).toEqual([]);
  });

  it('is used with a keyboard and a screen reader, and fits a phone', async () => {
    const names = [
      ...[
        'Learn',
        'Learning rate',
        'Next second',
        'Save as a run',
        'Network',
        'Frames',
        'Rate',
        'Begin anew',
      ],
      ...['Camera', 'Video file …'],
    ];
    for (const name of names) {
      const control = tab
        .getByLabel(name, { exact: true })
        .or(tab.getByRole('button', { name, exact: true }));
      await control.focus();
      expect(await control.evaluate((element) => element === element.ownerDocument.activeElement), name).toBe(
        true,
      );
    }
    await tab.setViewportSize({ width: 360, height: 700 });
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await tab.setViewportSize({ width: 900, height: 900 });
  });

  it('goes on by itself for a second at the press of a key, and shows what came beneath', async () => {
    const cells = (row: string) => tab.locator(`#second-${row} > :not([scope=row])`);
    // A key that is typed into a field is the field's.
    await tab.getByLabel('Learning rate').press('n');
    expect(await tab.locator('#second').isVisible()).toBe(false);
    await tab.getByRole('button', { name: 'Save as a run' }).press('n');
    await expect.poll(() => text('second-result'), PATIENCE).toMatch(/^Mean error [\d.e-]+, that of copying/);
    const count = await cells('times').count();
    expect(count).toBeGreaterThan(0);
    const times = (await cells('times').allTextContents()).map((each) =>
      Number(/^\+([\d.]+) s$/.exec(each)?.[1]),
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const row of ['errors', 'copies']) {
      const errors = (await cells(row).allTextContents()).map(Number);
      expect(errors).toHaveLength(count);
      expect(errors.every((error) => error >= 0 && error < 1)).toBe(true);
    }
    expect(await cells('came').first().locator('canvas').getAttribute('aria-label')).toMatch(/^came/);
    // It plays, and stops when it is asked to.
    const shown = () => tab.locator('#second-times .now').textContent();
    const play = tab.locator('#play');
    if (count > 1) {
      const before = await shown();
      await expect.poll(shown, PATIENCE).not.toBe(before);
    }
    await play.click();
    expect(await play.textContent()).toBe('Play');
    // Whoever asks for less motion starts it.
    await tab.emulateMedia({ reducedMotion: 'reduce' });
    const since = await text('second-since');
    await tab.getByRole('button', { name: 'Next second' }).click();
    await expect.poll(() => text('second-since'), PATIENCE).not.toBe(since);
    expect(await play.textContent()).toBe('Play');
    await tab.emulateMedia({ reducedMotion: 'no-preference' });
    expect(faults).toEqual([]);
  });

  it('saves a run that predicts the same in Node, and that training goes on from', async () => {
    await tab.getByLabel('Learn', { exact: true }).uncheck();
    await tab.getByRole('button', { name: 'Save as a run' }).click();
    await expect.poll(() => text('message'), PATIENCE).toMatch(/^Saved runs\/live\./);
    const steps = await number('steps');
    const frames = Array.from({ length: 6 }, (_, time) => movingFrame(time));
    const { page } = await openSession({ from: 'runs/live' });
    const weights = [...readFileSync('runs/live/checkpoints/last.safetensors')];
    const inBrowser = await tab.evaluate(expectedInBrowser, { settings: page.settings, weights, frames });
    const model = await loadRun('runs/live');
    let worst = 0;
    for (const [time, frame] of frames.entries()) {
      const expected = await model.predictor.watch(fromBytes(Uint8Array.from(frame)));
      const there = inBrowser[time + 1];
      for (const [at, value] of (there ?? []).entries())
        worst = Math.max(worst, Math.abs(value - expected[at]!));
    }
    await model.dispose();
    expect(inBrowser[5]).toHaveLength(SIZE.width * SIZE.height);
    expect(worst).toBeLessThan(1e-4);
    // The network was used: it does not just copy the last frame.
    expect(
      Math.max(...inBrowser[5]!.map((value, at) => Math.abs(value - frames[4]![at]! / 255))),
    ).toBeGreaterThan(0.01);

    testVideo('own.mp4', 'testsrc=s=48x36:r=10:d=8');
    const set = ['training.startFrom=runs/live', 'training.steps=2', 'training.validationBatches=1'];
    const trained = await train({
      pipeline: 'runs/live/config.yaml',
      videos: ['own.mp4'],
      set,
      folder: 'runs/on',
    });
    expect(trained.kind === 'clips' && trained.position.step).toBe(2);
    // Nothing was learned while the switch was off.
    expect(await number('steps')).toBe(steps);
  });

  it('watches a video file that is chosen, and says so when it cannot be played', async () => {
    // Some builds of Chromium play no H.264.
    const video = testVideo(join(folder, 'other.webm'), 'testsrc=s=48x36:r=10:d=3', '-c:v', 'libvpx');
    writeFileSync('broken.webm', 'no video');
    await tab.locator('#file').setInputFiles('broken.webm');
    await expect
      .poll(() => text('message'), PATIENCE)
      .toMatch(/^this browser cannot play broken.webm: convert.* --engine node$/);
    await tab.locator('#file').setInputFiles(video);
    await expect.poll(() => text('message'), PATIENCE).toBe('Watching other.webm.');
    // The camera's scene has few shades of grey, the test image many.
    await expect.poll(() => live.colours('seen'), PATIENCE).toBeGreaterThan(40);
    // Where the file begins anew nothing is expected: the jump is no event.
    await tab.evaluate(countFirsts);
    await expect.poll(() => tab.evaluate('firsts'), PATIENCE).toBeGreaterThan(1);
    expect(faults).toEqual([]);
  });

  it('cannot be driven by a page of another origin, not even with the token', async () => {
    const other = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<p>other'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const before = readdirSync('runs');
    const foreign = await browser.newPage();
    try {
      await foreign.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
      const { address } = served;
      const answers = await foreign.evaluate(answersTo, { address, requests: DRIVES });
      expect(answers).toEqual(DRIVES.map(() => 'refused'));
      expect(await foreign.evaluate(runs, `${address.split('#')[0]}page.js`)).toBe('no script');
      expect(readdirSync('runs')).toEqual(before);
    } finally {
      await foreign.close();
      other.close();
    }
  });

  it('begins anew with the network, frames and rate that are chosen, saves them, and goes on with a run', async () => {
    const choose = (label: string, option: string) =>
      tab.getByLabel(label, { exact: true }).selectOption(option);
    const began = tab.getByRole('button', { name: 'Begin anew' });
    await choose('Network', 'frame-stack, small');
    // A list alone changes nothing.
    expect(await text('message')).toMatch(/^Begin anew takes what is chosen/);
    await choose('Frames', '32×24');
    await choose('Rate', '5 a second');
    await began.click();
    await expect.poll(() => tab.locator('#seen').getAttribute('width'), PATIENCE).toBe('32');
    await expect.poll(() => text('speed'), PATIENCE).toMatch(/ of 5$/);
    const runs = readdirSync('runs');
    await tab.getByRole('button', { name: 'Save as a run' }).click();
    await expect.poll(() => text('message'), PATIENCE).toMatch(/^Saved runs\/live-2\./);
    expect(readdirSync('runs')).toHaveLength(runs.length + 1);
    expect(await loadConfig('runs/live-2/config.yaml')).toMatchObject({
      data: { width: 32, height: 24, rate: 5 },
      model: { channels: 16, blocks: 1 },
    });
    await expect.poll(() => tab.locator('#network option').allTextContents()).toContain('runs/live');
    await choose('Network', 'runs/live');
    expect(await tab.getByLabel('Frames', { exact: true }).isDisabled()).toBe(true);
    await began.click();
    await expect.poll(() => text('what'), PATIENCE).toBe('Goes on with runs/live.');
    await expect.poll(() => tab.locator('#seen').getAttribute('width'), PATIENCE).toBe(String(SIZE.width));
    expect(faults).toEqual([]);
    await choose('Network', 'live');
  });

  it('begins anew, and says in one line when its server has gone', async () => {
    await tab.getByRole('button', { name: 'Begin anew' }).click();
    await expect.poll(() => number('steps'), PATIENCE).toBe(0);
    await tab.getByLabel('Learn', { exact: true }).check();
    await expect.poll(() => number('steps'), PATIENCE).toBeGreaterThan(3);
    expect(faults).toEqual([]);
    await served.close();
    await tab.getByRole('button', { name: 'Save as a run' }).click();
    await expect.poll(() => text('message'), PATIENCE).toMatch(/start it again/);
    // Without the server there is no new network: the one that has learned something goes on.
    await tab.getByLabel('Learning rate').fill('0.001');
    await tab.getByLabel('Learning rate').press('Enter');
    expect(await text('message')).toBe('Learning rate 0.001.');
    await tab.getByRole('button', { name: 'Begin anew' }).click();
    await expect.poll(() => text('message'), PATIENCE).toMatch(/start it again/);
    const learned = await number('steps');
    await expect.poll(() => number('steps'), PATIENCE).toBeGreaterThan(learned);
  });
});

it('writes the page with everything that it asks for', () => {
  const html = readFileSync('page/index.html', 'utf8');
  const named = [...html.matchAll(/(?:src|href)="([^":]+)"/g)].map((match) => match[1]!);
  expect(named).toEqual(expect.arrayContaining(['page.js', 'page.css', 'uPlot.css']));
  for (const name of [...named, 'worker.js', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm'])
    expect(existsSync(join('page', name)), name).toBe(true);
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
});

function movingFrame(time: number): number[] {
  return Array.from({ length: SIZE.width * SIZE.height }, (_, at) =>
    Math.abs((at % SIZE.width) - 3 - 3 * time) < 3 && Math.abs(Math.floor(at / SIZE.width) - 9) < 4
      ? 230
      : 60,
  );
}

// What follows runs in the browser: `any`thing of the DOM is not known to the types of Node.

/** What the page's own worker expected of each frame, with given weights. */
function expectedInBrowser({
  settings,
  weights,
  frames,
}: {
  settings: object;
  weights: number[];
  frames: number[][];
}) {
  return new Promise<(number[] | undefined)[]>((resolve, reject) => {
    // biome-ignore lint/suspicious/noExplicitAny: the browser's
    const worker = new (globalThis as any).Worker('worker.js', { type: 'module' });
    const expected: (number[] | undefined)[] = [];
    // biome-ignore lint/suspicious/noExplicitAny: the browser's
    worker.onmessage = ({ data }: any) => {
      if (data.kind === 'failed') reject(new Error(data.message));
      if (data.kind !== 'seen') return;
      expected.push(data.seen.expected && [...data.seen.expected]);
      if (expected.length < frames.length) return;
      worker.terminate();
      resolve(expected);
    };
    worker.postMessage({ kind: 'open', settings, weights: Uint8Array.from(weights) });
    frames.forEach((frame, number) => {
      worker.postMessage({ kind: 'frame', number, frame: Uint8Array.from(frame) });
    });
  });
}

/** Whether a page can run a script of that address. */
function runs(address: string): Promise<string> {
  // biome-ignore lint/suspicious/noExplicitAny: the browser's
  const { document } = globalThis as any;
  return new Promise<string>((resolve) => {
    const element = document.createElement('script');
    element.src = address;
    element.onload = () => resolve('ran');
    element.onerror = () => resolve('no script');
    document.body.append(element);
  });
}

/** Count, as `firsts`, the frames of which nothing was expected. */
function countFirsts(): void {
  // biome-ignore lint/suspicious/noExplicitAny: the browser's
  const page = globalThis as any;
  page.firsts = 0;
  // biome-ignore lint/suspicious/noExplicitAny: the browser's
  page.document.addEventListener('foreframe', ({ detail }: any) => {
    if (detail.expected === undefined) page.firsts++;
  });
}
