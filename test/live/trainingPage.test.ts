import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileLock } from '../../src/common/locks/fileLock.js';
import { checkAnyConfig } from '../../src/config/loadConfig.js';
import { bundlePage, pageScripts } from '../../src/live/build/bundlePage.js';
import { type ServedTraining, serveTraining } from '../../src/live/training/serveTraining.js';
import { savedPosition } from '../../src/runs/checkpoint.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { chromiumPath, openChromium } from '../chromium.js';
import { main, TINY_ARRAYS } from '../cli/foreframe.js';
import { temporaryFolder } from '../video/makeVideo.js';
import { answersTo, coloursOf } from './cameraBrowser.js';

const PATIENCE = { timeout: 240_000, interval: 250 };
const ENDLESS = ['training.steps=1000000', 'training.validateEvery=20', 'training.checkpointEvery=1000000'];

/** Reading, stopping with the token, stopping as a form would. */
const STOPS = [
  ['api/training', {}],
  ['api/stop', { method: 'POST' }],
  ['api/stop', { method: 'POST', mode: 'no-cors' }],
] as const;

const folder = temporaryFolder();
const run = join(folder, 'run');
const page = join(folder, 'page');
const children: ChildProcess[] = [];

/** A training in a process of its own, and the address of its page. */
async function train(
  ...args: string[]
): Promise<{ child: ChildProcess; address: string; ended: Promise<unknown[]> }> {
  const child = spawn(process.execPath, [main, 'train', ...args, '--live', '--port', '0', '--no-open']);
  children.push(child);
  const ended = once(child, 'close');
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      said += chunk;
      const found = /^live: (\S+)$/m.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('close', () => reject(new Error(said)));
  });
  return { child, address, ended };
}

describe.skipIf(!chromiumPath)('the page of a training, in a browser', () => {
  let browser: Browser;
  let served: ServedTraining;
  let tab: Page;
  const faults: string[] = [];

  async function open(address: string): Promise<Page> {
    const opened = await browser.newPage();
    opened.on('pageerror', (error) => faults.push(error.message));
    await opened.goto(address);
    return opened;
  }
  const text = async (id: string, of = tab) => (await of.locator(`#${id}`).textContent())!;
  const step = async (of = tab) =>
    Number(/^Step ([\d,]+)/.exec(await text('steps', of))?.[1]?.replaceAll(',', ''));

  beforeAll(async () => {
    await bundlePage(page, { training: pageScripts.training });
    browser = await openChromium();
    served = await serveTraining({ port: 0, page });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await browser?.close();
    await served?.close();
  });

  it('shows a training of another process as it goes, stops it saved, and shows it again when it goes on', async () => {
    const settings = ENDLESS.flatMap((each) => ['--set', each]);
    const first = await train('demo', ...TINY_ARRAYS, ...settings, '--run', run);
    await served.watch(run);
    tab = await open(served.address);
    const own = await open(first.address);

    // Curves, an image of truth, prediction and difference, figures.
    await expect.poll(() => tab.evaluate(coloursOf, 'strip'), PATIENCE).toBeGreaterThan(3);
    expect(await text('strip-title')).toMatch(/^What it predicts after \d+ steps$/);
    // It is what a person came to see: it fills the page, and each row stands beside its name.
    const [strip, names] = await Promise.all(
      ['#strip', '#strip-box ol'].map((part) => tab.locator(part).boundingBox()),
    );
    expect(strip!.width).toBeGreaterThan(500);
    expect(names!.height / strip!.height).toBeCloseTo(1, 1);
    await expect.poll(() => tab.locator('#charts canvas').count(), PATIENCE).toBeGreaterThan(3);
    for (const name of ['Validation', 'Loss', 'Learning rate'])
      expect(await tab.getByRole('heading', { name, exact: false }).count(), name).toBeGreaterThan(0);
    expect(await text('figures')).toMatch(/Prediction \/ copy-last\d/);
    await expect.poll(() => text('left'), PATIENCE).toMatch(/left, until about/);
    const early = await step();
    await expect.poll(() => step(), PATIENCE).toBeGreaterThan(early);
    await expect.poll(() => step(own), PATIENCE).toBeGreaterThan(early);

    await tab.setViewportSize({ width: 360, height: 700 });
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await tab.setViewportSize({ width: 1000, height: 900 });

    // A page of another origin can neither read nor stop, not even with the token.
    const other = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<p>other'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const foreign = await browser.newPage();
    await foreign.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    for (const address of [served.address, first.address])
      expect(await foreign.evaluate(answersTo, { address, requests: STOPS })).toEqual(
        STOPS.map(() => 'refused'),
      );
    await foreign.close();
    other.close();
    const later = await step();
    await expect.poll(() => step(), PATIENCE).toBeGreaterThan(later);

    await tab.getByRole('button', { name: 'Save now' }).click();
    const last = join(run, 'checkpoints', 'last.safetensors');
    await expect.poll(() => existsSync(last), PATIENCE).toBe(true);
    await expect.poll(() => text('saved'), PATIENCE).toMatch(/^Saved at step/);

    // One slip does not stop it.
    await tab.getByRole('button', { name: 'Stop', exact: true }).click();
    await tab.getByRole('button', { name: 'Save and stop?' }).click();
    const [code] = await first.ended;
    expect(code).toBe(130);
    await expect
      .poll(() => text('message'), PATIENCE)
      .toMatch(/stopped at step [\d,]+, and saved\. Go on with: foreframe train --resume/);
    // The page that the training itself gave out saw its end too.
    await expect.poll(() => text('message', own), PATIENCE).toMatch(/stopped at step/);
    const stopped = (await savedPosition(last))!.step;
    expect(await step()).toBe(stopped);
    expect(await tab.getByRole('button', { name: 'Stop', exact: true }).isDisabled()).toBe(true);
    await own.close();

    const second = await train('--resume', '--run', run);
    await expect.poll(() => step(), PATIENCE).toBeGreaterThan(stopped);
    expect(await text('message')).toBe('Training.');
    second.child.kill('SIGKILL');
    await second.ended;
    await expect
      .poll(() => text('message'), PATIENCE)
      .toMatch(/ended without saving its last [\d,]+ steps: it failed or was killed/);
    const steps = readMetrics(join(run, 'metrics.jsonl')).flatMap((each) =>
      each.loss === undefined ? [] : [each.step],
    );
    expect(steps).toEqual(steps.map((_, at) => at + 1));
    expect(steps.length).toBeGreaterThan(stopped);
    expect(faults).toEqual([]);
  });

  it('shows what a method of images reports, without frames', async () => {
    const images = join(folder, 'images');
    mkdirSync(images);
    const config = checkAnyConfig(
      {
        name: 'turns',
        method: { name: 'rotation' },
        data: { dataset: 'cifar10', labels: 'all' },
        model: { name: 'resnet' },
      },
      'config',
    );
    await RunFolder.create(images, config, {});
    const lock = FileLock.take(join(images, '.lock'));
    if (!(lock instanceof FileLock)) throw new Error(lock.description);
    const records = [1, 2, 3].map((at) => ({
      step: at,
      seconds: at,
      loss: 1 / at,
      learningRate: 0.1,
      imagesPerSecond: 9,
    }));
    for (const record of [...records, { step: 3, validationTask: 12.5 }])
      appendFileSync(join(images, 'metrics.jsonl'), `${JSON.stringify(record)}\n`);
    await served.watch(images);
    tab = await open(served.address);
    await expect.poll(() => text('message'), PATIENCE).toBe('Training.');
    expect(await tab.locator('#now').isHidden()).toBe(true);
    expect(await text('figures')).toContain('Wrong answers, %12.5');
    await expect.poll(() => tab.locator('#charts canvas').count()).toBe(4);
    // A process that is gone answers no more: what was seen stays.
    await served.close();
    await expect.poll(() => text('message'), PATIENCE).toMatch(/not there any more; what is shown is of/);
    expect(await step()).toBe(3);
    lock.release();
    expect(faults).toEqual([]);
  });
});
