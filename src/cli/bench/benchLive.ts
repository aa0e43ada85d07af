import { benchLive } from '../../../bench/live/benchLive.js';
import { textTable } from '../terminal/terminal.js';
import type { Bench } from './benchOptions.js';

/** `foreframe bench live [VIDEO]`: the live page from nothing, in Chromium before a camera with planted cuts; memory; sizes. */
export const liveBench: Bench = async ([video], folder, { minutes, seed, set, quick, json }) => {
  const result = await benchLive({
    ...(video !== undefined && { video }),
    folder,
    minutes: quick ? 0 : minutes,
    seed,
    set,
    onNote: (note) => console.error(note),
  });
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  const { course, screen, memory, sizes, dropped, load } = result;
  const ratios = course.ratios.map((ratio) => ratio.toFixed(2)).join(' ');
  console.log(`error over that of copy-last, each 20 s from nothing: ${ratios}`);
  console.log(
    `${course.marked} of ${course.cuts} planted cuts marked, ${course.falseEvents} other events; ${dropped} frames dropped; load ${load.toFixed(1)}`,
  );
  console.log(
    `between two images of the screen: median ${screen.median.toFixed(1)} ms, 95 of 100 within ${screen.p95.toFixed(1)} ms`,
  );
  const minutesTable = memory.map((row) => [
    row.minute.toFixed(0),
    row.heap.toFixed(1),
    row.resident.toFixed(0),
  ]);
  console.log(textTable(['minute', 'heaps MiB', 'resident MiB'], minutesTable));
  const cells = sizes.map(({ size, device, speed, latency, step }) => [size, device, speed, latency, step]);
  console.log(textTable(['frames', 'backend', 'frames a second', 'camera to prediction', 'a step'], cells));
};
