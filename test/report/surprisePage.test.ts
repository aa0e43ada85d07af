import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { renderSurprise, type ShownEvent } from '../../src/report/pages/surprisePage.js';
import { Timeline } from '../../src/surprise/index.js';
import { framePng } from '../../src/video/index.js';
import { chromiumPath, openChromium } from '../chromium.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';

const at = (frame: number) => ({ frame, time: frame / 10 });

async function shown(number: number, frame: number): Promise<ShownEvent> {
  const image = await framePng({
    data: new Uint8Array(12),
    width: 2,
    height: 2,
    channels: 3,
    ...at(frame),
    index: 0,
    source: '',
  });
  const place = { x: 0, y: 0, width: 4, height: 4 };
  const [start, end, peak] = [at(frame), at(frame + 5), at(frame + 1)];
  return {
    event: { number, of: 'more', start, end, peak, score: 9.5, error: 0.02, usual: 0.001, place },
    image,
  };
}

async function page(video: boolean): Promise<string> {
  const timeline = new Timeline();
  for (let frame = 1; frame < 60; frame++)
    timeline.add({ ...at(frame), score: frame === 41 ? 9.5 : 0.5, error: 0.01, usual: 0.01 });
  return renderSurprise({
    title: 'Surprise in <img src=x onerror=alert(1)>',
    subtitle: 'test',
    frames: 60,
    threshold: 6,
    bins: timeline.bins,
    events: [await shown(1, 20), await shown(2, 40)],
    count: 2,
    ...(video && { video: { file: 'an annotated.mp4', rate: 10 } }),
    facts: ['a fact'],
  });
}

it('says what was found, and runs no script but its own', async () => {
  const html = await page(true);
  expect(html).toContain('<li>2 events in 60 frames.</li>');
  expect(html).toContain('20 times the usual error');
  expect(html).toMatch(
    /Content-Security-Policy" content="default-src 'none';[^"]*script-src 'sha256-[\w+/=]+'"/,
  );
  expect(html).not.toContain('<img src=x');
  expect(html).toContain('src="./an%20annotated.mp4"');
});

it('of a live input has no video to go to', async () => {
  const html = await page(false);
  expect(html).not.toContain('<video');
  expect(html.match(/<button [^>]*disabled/g)).toHaveLength(2);
});

// A machine without Chromium (CHROMIUM_PATH names another place) cannot drive the page.
it.skipIf(!chromiumPath)('in a browser a click on an event or on the course goes there', async () => {
  const folder = temporaryFolder();
  testVideo(join(folder, 'an annotated.mp4'), 'testsrc=s=64x48:r=10:d=6');
  writeFileSync(join(folder, 'page.html'), await page(true));
  const browser = await openChromium();
  try {
    const tab = await browser.newPage();
    const faults: string[] = [];
    tab.on('pageerror', (error) => faults.push(error.message));
    await tab.goto(`file://${join(folder, 'page.html')}`);
    // Not waitForFunction: what it evaluates later is stopped by the page's own policy.
    const patience = { timeout: 30_000 };
    await expect
      .poll(() => tab.evaluate<number>('document.getElementById("video").readyState'), patience)
      .toBeGreaterThanOrEqual(2);
    const clock = (text: string) =>
      expect.poll(() => tab.locator('#clock').textContent(), patience).toBe(text);
    await tab.click('#event-2');
    await clock('frame 41');
    expect(await tab.evaluate('document.getElementById("video").currentTime')).toBeCloseTo(4.15, 1);
    const box = (await tab.locator('#course').boundingBox())!;
    await tab.mouse.click(box.x + box.width / 2, box.y + 20);
    await clock('frame 30');
    const left = await tab.evaluate('parseFloat(document.getElementById("now").style.left)');
    expect(left).toBeGreaterThan(49);
    expect(left).toBeLessThan(53);
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
  }
});

it('keeps the course of any length in as many bins', () => {
  const timeline = new Timeline(100);
  for (let frame = 0; frame < 12_345; frame++)
    timeline.add({ ...at(frame), score: frame === 7777 ? 50 : 0, error: 1, usual: 1 });
  expect(timeline.bins.length).toBeLessThanOrEqual(100);
  expect(timeline.bins.length).toBeGreaterThan(40);
  const peaks = timeline.bins.filter(({ score }) => score === 50);
  expect(peaks).toHaveLength(1);
  expect(7777 - peaks[0]!.frame).toBeLessThan(12_345 / 40);
  expect(timeline.bins.map(({ frame }) => frame)).toEqual(
    [...timeline.bins.map(({ frame }) => frame)].sort((a, b) => a - b),
  );
});
