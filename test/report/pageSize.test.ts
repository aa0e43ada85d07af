import { expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import {
  movingPrediction,
  nextFrameStrips,
  rolloutStrips,
} from '../../src/library/reporting/reportImages.js';
import type { KnownMoment } from '../../src/report/frames/strips.js';
import { renderImage } from '../../src/report/parts/media.js';
import type { Frame } from '../../src/video/frame.js';

const SIDE = 64;
const random = new Random(3);

/** What a camera might see: soft shapes that move, under its noise. */
function frame(time: number, noise: number): Frame {
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => {
    const [x, y, c] = [Math.floor(at / 3) % SIDE, Math.floor(at / 3 / SIDE), at % 3];
    const soft = Math.sin((x + 40 * time + 9 * c) / 9) + Math.cos((y - 25 * time) / (7 + c));
    return Math.max(0, Math.min(255, 128 + 45 * soft + noise * random.normal()));
  });
  return {
    data,
    width: SIDE,
    height: SIDE,
    channels: 3,
    time,
    index: Math.round(25 * time),
    source: 'street.mp4',
  };
}

function moments(ahead: (at: number) => number, count: number): KnownMoment[] {
  return Array.from({ length: count }, (_, at) => {
    const time = at / 25;
    return {
      time,
      ahead: ahead(at),
      truth: frame(time, 5),
      prediction: frame(time, 2),
      copyLast: frame(0, 5),
    };
  });
}

it('a page of a colour video stays far below a megabyte, with images of the size that it states', async () => {
  const clip = {
    source: 'street.mp4',
    start: 0,
    forced: moments(() => 1, 20),
    rollout: moments((at) => at + 1, 30),
    context: 10,
  };
  const moving = await movingPrediction(clip);
  const images = [moving, ...(await nextFrameStrips([clip])), ...(await rolloutStrips([clip]))];
  const bytes = images.map(({ image, narrow }) => image.length + (narrow?.length ?? 0));
  // As text in the page they take a third more.
  expect((bytes.reduce((sum, each) => sum + each) * 4) / 3).toBeLessThan(850_000);
  const rendered = images.map(renderImage);
  for (const html of rendered.slice(1)) expect(html).toMatch(/image\/webp[^>]* width="\d{3}" height="\d{3}"/);
});
