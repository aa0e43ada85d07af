// node docs/presets/recordScreen.mjs OUT.mp4 [PAGE]: a browser that somebody reads in, as a recording of a screen: a long page is
// scrolled, paused over, gone back in and read on. PAGE is an HTML file; the manual of fluent-ffmpeg by default, which
// is among foreframe's dependencies. Needs Chromium (CHROMIUM_PATH says where) and ffmpeg.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';

const RATE = 10;
const SIZE = { width: 960, height: 576 };
const [out, page = 'node_modules/fluent-ffmpeg/doc/FfmpegCommand.html'] = process.argv.slice(2);

/** What happens at each frame: so many pixels of scrolling, after a pause. Forth fast, slow while reading, back, and on. */
const scrolls = [
  ...Array(8).fill(0),
  ...Array(15).fill(60),
  ...Array(10).fill(0),
  ...Array(30).fill(6),
  ...Array(6).fill(240),
  ...Array(12).fill(0),
  ...Array(10).fill(-90),
  ...Array(14).fill(8),
  ...Array(8).fill(120),
  ...Array(7).fill(0),
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
  env: { ...process.env, TMPDIR: '/tmp' },
});
const tab = await browser.newPage({ viewport: SIZE });
await tab.goto(`file://${resolve(page)}`);
const ffmpeg = spawn(
  'ffmpeg',
  [
    ...['-v', 'error', '-y', '-f', 'image2pipe', '-framerate', String(RATE), '-i', '-'],
    ...['-c:v', 'libx264', '-crf', '18', '-pix_fmt', 'yuv420p', out],
  ],
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
for (const pixels of scrolls) {
  if (pixels !== 0) await tab.evaluate(`window.scrollBy(0, ${pixels})`);
  if (!ffmpeg.stdin.write(await tab.screenshot())) await once(ffmpeg.stdin, 'drain');
}
ffmpeg.stdin.end();
const [code] = await once(ffmpeg, 'close');
await browser.close();
if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
console.log(`${scrolls.length} frames of ${page}: ${out}`);
