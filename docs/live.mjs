// node docs/live.mjs [OUT.webp] [SECONDS] [VIDEO]: the live page while it learns from nothing, so many seconds (two minutes by default) in
// eight, for the README. The camera is that of `foreframe bench live`, a real video with planted cuts. Needs a build (`npm run build`) and
// Chromium (CHROMIUM_PATH says where).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { VIDEO } from '../dist/bench/live/benchLive.js';
import { openLiveBrowser } from '../dist/bench/live/liveBrowser.js';
import { plantedCamera } from '../dist/bench/live/plantedCamera.js';
import { fetchNpmVideos } from '../dist/src/library/sources/npmVideo.js';
import { serveLive } from '../dist/src/live/server/serveLive.js';

const IMAGES = 30;
const WIDTH = 640;
/** Milliseconds that each image is shown, and the last one. */
const [EACH, LAST] = [250, 2000];

const [out = 'docs/live.webp', seconds = '120', named = VIDEO] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'foreframe-live-'));
const camera = join(folder, 'camera.y4m');
const [video] = await fetchNpmVideos([named], {});
await plantedCamera(video, camera, Number(seconds) + 60, 1);
const served = await serveLive({ port: 0 });
const browser = await openLiveBrowser(served.address, camera);
try {
  const { page } = browser;
  await page.setViewportSize({ width: WIDTH, height: 600 });
  await page.emulateMedia({ colorScheme: 'dark' });
  // What a person would scroll past.
  await page.evaluate(`for (const each of document.querySelectorAll('header, footer, .controls, #message, .chart:last-of-type'))
    each.hidden = true`);
  while ((await browser.text('ratio')) === '–') await sleep(200);
  const height = Math.ceil(await page.evaluate('document.documentElement.getBoundingClientRect().height'));
  // What lies below the window would be left out.
  await page.setViewportSize({ width: WIDTH, height });
  const images = [];
  const began = performance.now();
  for (let at = 1; at <= IMAGES; at++) {
    await sleep(Math.max(0, began + (1000 * Number(seconds) * at) / IMAGES - performance.now()));
    images.push(await page.screenshot({ clip: { x: 0, y: 0, width: WIDTH, height } }));
  }
  const delay = images.map((_, at) => (at === IMAGES - 1 ? LAST : EACH));
  const { size } = await sharp(images, { join: { animated: true } })
    .webp({ quality: 50, effort: 2, loop: 0, delay })
    .toFile(out);
  console.log(`${out}: ${images.length} images, ${size} bytes; ${await browser.text('ratio')} of copy-last`);
} finally {
  await browser.close();
  await served.close();
  await rm(folder, { recursive: true });
}
