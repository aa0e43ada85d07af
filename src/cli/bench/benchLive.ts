import { benchLive, type LiveBench } from '../../../bench/live/benchLive.js';
import type { Course } from '../../../bench/live/course.js';
import { benchPaces, type PaceRow } from '../../../bench/live/paces.js';
import { UsageError } from '../../common/errors.js';
import { textTable } from '../terminal/terminal.js';
import type { Bench } from './benchOptions.js';

const PARTS = ['page', 'paces'] as const;

/**
 * `foreframe bench live [VIDEO]`: the live page from nothing, in Chromium before a camera with planted cuts, its memory, and its speed by
 * size of frames (`page`); and how the same network learns at so many steps a second (`paces`).
 */
export const liveBench: Bench = async ([video], folder, { minutes, seed, set, only, quick, json }) => {
  const unknown = only.find((name) => !(PARTS as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--only ${unknown}: there is no such part; there are: ${PARTS.join(', ')}`);
  const wanted = (part: (typeof PARTS)[number]) => only.length === 0 || only.includes(part);
  const options = {
    ...(video !== undefined && { video }),
    ...{ folder, seed, set },
    minutes: quick ? 0 : minutes,
    onNote: (note: string) => console.error(note),
  };
  const paces = wanted('paces') ? await benchPaces(options) : undefined;
  const page = wanted('page') ? await benchLive(options) : undefined;
  if (json) {
    console.log(JSON.stringify({ paces, page }));
    return;
  }
  if (paces) console.log(pacesText(paces));
  if (page) console.log(pageText(page));
};

function pacesText(rows: readonly PaceRow[]): string {
  const cells = rows.map(({ pace, course }) => [String(pace), ...courseCells(course)]);
  return textTable(
    ['steps a second', 'error ÷ copy-last, each 20 s', 'planted cuts marked', 'other events'],
    cells,
  );
}

function courseCells({ ratios, marked, cuts, falseEvents }: Course): string[] {
  return [ratios.map((ratio) => ratio.toFixed(2)).join(' '), `${marked} of ${cuts}`, String(falseEvents)];
}

function pageText({ course, screen, memory, sizes, dropped, load }: LiveBench): string {
  const [ratios, marked, others] = courseCells(course);
  const minutes = memory.map(({ minute, heap, resident }) => [
    minute.toFixed(0),
    heap.toFixed(1),
    resident.toFixed(0),
  ]);
  const cells = sizes.map(({ size, device, speed, latency, step }) => [size, device, speed, latency, step]);
  return [
    `in Chromium from nothing, error ÷ copy-last, each 20 s: ${ratios}`,
    `${marked} planted cuts marked, ${others} other events; ${dropped} frames dropped; load ${load.toFixed(1)}`,
    `between two images of the screen: median ${screen.median.toFixed(1)} ms, 95 of 100 within ${screen.p95.toFixed(1)} ms`,
    textTable(['minute', 'heaps MiB', 'resident MiB'], minutes),
    textTable(['frames', 'backend', 'frames a second', 'camera to prediction', 'a step'], cells),
  ].join('\n');
}
