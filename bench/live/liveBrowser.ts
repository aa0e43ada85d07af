import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { openChromium } from './chromium.js';
import { probe, type Recorded } from './probe.js';

/** Memory of the page: heaps in MiB (the page's and its thread's), and what is resident of its process. */
export interface PageMemory {
  readonly heap: number;
  readonly resident: number;
}

/** The live page in Chromium without a window, before a fake camera. */
export interface LiveBrowser {
  readonly page: Page;
  record(): Promise<Recorded>;
  text(id: string): Promise<string>;
  memory(): Promise<PageMemory>;
  close(): Promise<void>;
}

/** @param camera a y4m file @throws ForeframeError where there is no Chromium, or nothing that drives it */
export async function openLiveBrowser(address: string, camera: string): Promise<LiveBrowser> {
  const browser = await openChromium(
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${camera}`,
    // Else memory is measured with the next collection of garbage, whenever that comes.
    '--enable-blink-features=ForceEagerMeasureMemory',
  );
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript(probe);
  await page.goto(address);
  return {
    page,
    record: () => page.evaluate('record()'),
    text: async (id) => (await page.locator(`#${id}`).textContent()) ?? '',
    memory: async () => ({
      heap:
        (await page.evaluate<number>(
          'performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes)',
        )) /
        2 ** 20,
      resident: residentOfPages(),
    }),
    close: () => browser.close(),
  };
}

/** MiB that are resident of the pages' processes among this one's descendants (Linux). */
function residentOfPages(): number {
  const processes = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+ \(.*\) \S (\d+)/.exec(readProc(`${name}/stat`))?.[1];
    if (parent !== undefined) processes.set(Number(name), Number(parent));
  }
  const mine = (id: number): boolean => {
    const parent = processes.get(id);
    return parent !== undefined && (parent === process.pid || mine(parent));
  };
  return [...processes.keys()]
    .filter((id) => mine(id) && readProc(`${id}/cmdline`).includes('--type=renderer'))
    .map((id) => Number(/VmRSS:\s+(\d+) kB/.exec(readProc(`${id}/status`))?.[1] ?? 0) / 1024)
    .reduce((sum, size) => sum + size, 0);
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    // Not a process, or one that has ended.
    return '';
  }
}
