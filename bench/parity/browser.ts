import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Browser, Worker } from 'playwright-core';
import { packageFolder } from '../../src/common/files/packageFolder.js';
import { bundlePage } from '../../src/live/build/bundlePage.js';
import type { BrowserDevice } from '../../src/tensorflow/backend/browser/device.js';
import { openChromium } from '../live/chromium.js';
import type { ParityThread } from './parityWorker.js';
import type { TrialMachine } from './trialMachine.js';

/** Graphics in software, by SwiftShader, which comes with Chromium: the same on every machine, and slow. */
const SOFTWARE = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--ignore-gpu-blocklist',
];

/** A page may use WebGPU where it comes from this very machine. Nothing is asked of the network: each file is given out below. */
const PAGE = 'http://localhost/';

/** A thread of the browser that computes on a device. */
export interface OpenDevice {
  /** In words. */
  readonly device: string;
  readonly machine: TrialMachine;
  close(): Promise<void>;
}

/** A browser whose threads compute. */
export interface ParityBrowser {
  /** @throws ForeframeError where the browser does not have the device */
  open(device: BrowserDevice): Promise<OpenDevice>;
  close(): Promise<void>;
}

/** Start Chromium without a window, with the bundle of `parityWorker.ts` in `folder`. */
export async function openParityBrowser(
  folder: string,
  flags: readonly string[] = SOFTWARE,
): Promise<ParityBrowser> {
  await bundlePage(folder, { parity: join(packageFolder, 'bench/parity/parityWorker.ts') });
  const browser = await openChromium(...flags);
  return { open: (device) => openThread(browser, folder, device), close: () => browser.close() };
}

async function openThread(browser: Browser, folder: string, device: BrowserDevice): Promise<OpenDevice> {
  const page = await browser.newPage();
  try {
    await page.route('**/*', (route) => {
      const name = basename(new URL(route.request().url()).pathname);
      return name === '' || !existsSync(join(folder, name))
        ? route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>parity</title>' })
        : route.fulfill({ path: join(folder, name) });
    });
    await page.goto(PAGE);
    const [worker] = await Promise.all([page.waitForEvent('worker'), page.evaluate(startWorker)]);
    const thread = threadOf(worker);
    return { device: await thread.open(device), machine: thread, close: () => page.close() };
  } catch (error) {
    await page.close();
    throw error;
  }
}

function threadOf(worker: Worker): ParityThread {
  const ask = (name: keyof ParityThread) => async (argument: unknown) =>
    worker.evaluate(askThread, [name, argument] as const);
  return { open: ask('open'), compute: ask('compute'), time: ask('time') } as ParityThread;
}

// What follows runs in the browser.

/** What a page has and Node's types lack. */
interface PageScope {
  readonly Worker: new (script: string, options: { readonly type: 'module' }) => unknown;
}

/** Resolves when the thread has loaded its script. */
function startWorker(): void {
  const { Worker } = globalThis as typeof globalThis & PageScope;
  new Worker('parity.js', { type: 'module' });
}

async function askThread([name, argument]: readonly [keyof ParityThread, unknown]): Promise<unknown> {
  const scope = globalThis as { readonly parity?: Record<string, (argument: unknown) => Promise<unknown>> };
  while (!scope.parity) await new Promise((resolve) => setTimeout(resolve, 20));
  return scope.parity[name]!(argument);
}
