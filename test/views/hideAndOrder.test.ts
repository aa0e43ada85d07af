import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import * as views from '../../src/views/index.js';
import references from './fixtures/references.json' with { type: 'json' };
import { batches, randomSamples, rows } from './samples.js';

const shape = { frames: 1, height: 32, width: 48, channels: 3 };

/** Hidden pixels of each sample. */
function areas({ masks }: views.Masks, samples: views.Samples): number[] {
  return rows({ ...samples, frames: 1, channels: 1, data: masks }).map((mask) =>
    mask.reduce((n, x) => n + x, 0),
  );
}

describe('masks', () => {
  const hiding = {
    centre: views.hideCentre(),
    blocks: views.hideBlocks(),
    region: views.hideRegion(),
    cutout: views.cutout(4),
  };

  it.each(Object.entries(hiding))('%s hides what its mask says and nothing else', (_name, view) => {
    fc.assert(
      fc.property(batches(), fc.nat(), (samples, seed) => {
        const { samples: seen, drawn } = views.see(view, samples, new Random(seed));
        const { channels, height, width, frames } = samples;
        seen.data.forEach((value, k) => {
          const pixel = Math.floor(k / channels) % (height * width);
          const sample = Math.floor(k / (channels * height * width * frames));
          const hidden = drawn.masks[sample * height * width + pixel];
          expect(value).toBe(hidden ? 128 : samples.data[k]);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('the centre is a quarter, in the middle', () => {
    const samples = randomSamples(1, shape, 1);
    const { masks } = views.draw(views.hideCentre(), samples, new Random(1));
    const expected = Uint8Array.from(masks, (_, i) =>
      Number(Math.abs(Math.floor(i / 48) - 15.5) < 8 && Math.abs((i % 48) - 23.5) < 12),
    );
    expect(masks).toEqual(expected);
  });

  it('a region covers its area to the pixel, in few parts of changing form', () => {
    const samples = randomSamples(20, shape, 1);
    const drawn = views.draw(views.hideRegion({ area: 0.3 }), samples, new Random(1));
    expect(new Set(areas(drawn, samples))).toEqual(new Set([Math.round(0.3 * 32 * 48)]));
    // Of neighbours side by side, few differ: a random choice of pixels would differ in 42 of 100 places.
    const edges = drawn.masks.filter((value, i) => (i + 1) % 48 !== 0 && value !== drawn.masks[i + 1]).length;
    expect(edges / drawn.masks.length).toBeLessThan(0.12);
    expect(new Set(rows({ ...samples, data: drawn.masks }).map(String)).size).toBe(20);
    for (const area of [0, 1])
      expect(areas(views.draw(views.hideRegion({ area }), samples, new Random(1)), samples)[0]).toBe(
        area * 1536,
      );
  });

  it('blocks have sides of the share that is set, inside', () => {
    const samples = randomSamples(50, shape, 1);
    const one = views.draw(views.hideBlocks({ count: 1, sides: [0.25, 0.5] }), samples, new Random(1));
    for (const area of areas(one, samples)) {
      expect(area).toBeGreaterThanOrEqual(8 * 12);
      expect(area).toBeLessThanOrEqual(16 * 24);
    }
    const five = views.draw(views.hideBlocks({ count: 5, sides: [0.25, 0.5] }), samples, new Random(1));
    expect(Math.max(...areas(five, samples))).toBeGreaterThan(16 * 24);
  });

  it('cutout hides a square, less where it hangs over', () => {
    const samples = randomSamples(300, shape, 1);
    const hidden = areas(views.draw(views.cutout(8), samples, new Random(1)), samples);
    expect(Math.max(...hidden)).toBe(64);
    expect(Math.min(...hidden)).toBeGreaterThanOrEqual(16);
    expect(Math.min(...hidden)).toBeLessThan(64);
  });
});

describe('orders of frames', () => {
  it('are those that were drawn', () => {
    const clips = randomSamples(40, { frames: 4, height: 3, width: 3, channels: 1 }, 1);
    const orders = views.permutations(4);
    expect(new Set(orders.map(String)).size).toBe(24);
    const { samples: seen, drawn } = views.see(views.order(orders), clips, new Random(1));
    expect(new Set(drawn.order).size).toBeGreaterThan(15);
    rows(clips).forEach((clip, i) => {
      const frames = orders[drawn.order[i]!]!.map((frame) => clip.slice(9 * frame, 9 * frame + 9));
      expect(rows(seen)[i]).toEqual(frames.flat());
    });
  });

  it('reverse clips, cut them into pieces, and choose some', () => {
    const clip = {
      count: 1,
      frames: 6,
      height: 1,
      width: 1,
      channels: 1,
      data: Uint8Array.of(0, 1, 2, 3, 4, 5),
    };
    const ordered = (view: views.View<views.Orders>, which: number) => [
      ...views.apply(view, clip, { order: Int32Array.of(which) }).data,
    ];
    expect(ordered(views.order(views.reversal(6)), 0)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(ordered(views.order(views.reversal(6)), 1)).toEqual([5, 4, 3, 2, 1, 0]);
    expect(ordered(views.order([[2, 0, 1]]), 0)).toEqual([4, 5, 0, 1, 2, 3]);
    expect(ordered(views.order([[1], [0]], 3), 0)).toEqual([2, 3]);
    expect(() => views.order(views.permutations(4)).shape(clip)).toThrow(
      'clips of 6 frames of 1×1×1 cannot be divided into 4 equal pieces',
    );
  });

  it('give context the centre and its eight neighbours', () => {
    expect(views.neighbours()).toEqual([0, 1, 2, 3, 5, 6, 7, 8].map((each) => [4, each]));
  });

  it('are far from each other where a puzzle wants them to be', () => {
    const orders = views.distantOrders(9, 30, 1);
    expect(new Set(orders.map(String)).size).toBe(30);
    for (const order of orders) expect(order.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    // At most 9 orders of 9 pieces differ everywhere; 30 random ones agree in about half of all places somewhere.
    expect(views.leastDistance(orders.slice(0, 9))).toBeGreaterThanOrEqual(8);
    expect(views.leastDistance(orders)).toBeGreaterThanOrEqual(7);
    expect(views.distantOrders(9, 2, 1)).toEqual(orders.slice(0, 2));
    expect(views.distantOrders(4, 24, 1).toSorted()).toEqual(views.permutations(4));
    expect(() => views.distantOrders(3, 7, 1)).toThrow('there are 6 orders of 3 pieces, and not 7');
  });

  it('undo one another', () => {
    const orders = views.permutations(3);
    const inverse = orders.map((order) => order.map((_, piece) => order.indexOf(piece)));
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const clips = randomSamples(3, { frames: 3, height: 2, width: 3, channels: 2 }, seed);
        const { samples: seen, drawn } = views.see(views.order(orders), clips, new Random(seed));
        expect(rows(views.apply(views.order(inverse), seen, drawn))).toEqual(rows(clips));
      }),
    );
  });
});

describe('temporal stride', () => {
  it('sees every n-th frame from a drawn start, which all come', () => {
    const view = views.stride(3, [1, 2, 4]);
    const clips = { count: 400, frames: 10, height: 1, width: 1, channels: 1 };
    const data = Uint8Array.from({ length: 4000 }, (_, i) => i % 10);
    const { samples: seen, drawn } = views.see(view, { ...clips, data }, new Random(1));
    const starts = new Map<number, Set<number>>();
    rows(seen).forEach((frames, i) => {
      const [stride, start] = [drawn.stride[i]!, drawn.start[i]!];
      expect(frames).toEqual([start, start + stride, start + 2 * stride]);
      starts.set(stride, (starts.get(stride) ?? new Set()).add(start));
    });
    expect([...starts].map(([stride, all]) => [stride, all.size]).sort()).toEqual([
      [1, 8],
      [2, 6],
      [4, 2],
    ]);
    expect(() => view.shape({ ...clips, frames: 8 })).toThrow(
      '3 frames at a stride of 4 need 9 frames, and these are clips of 8 frames of 1×1×1',
    );
  });
});

describe('mixup', () => {
  it.each(references.betas)('draws weights from Beta($alpha, $alpha)', ({ alpha, places, cdf }) => {
    const { weight } = views.drawMixes(100_000, alpha, new Random(1));
    places.forEach((place, i) => {
      const share = weight.filter((value) => value <= place).length / 100_000;
      // Four standard deviations of a share of 100,000.
      expect(Math.abs(share - cdf[i]!)).toBeLessThan(0.0064);
    });
    const mean = weight.reduce((sum, value) => sum + value, 0) / 100_000;
    const variance = weight.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 100_000;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance / (1 / (4 * (2 * alpha + 1)))).toBeCloseTo(1, 1);
  });

  it('keeps each sample nearer to itself where asked, survives tiny weights, and permutes', () => {
    const { partner, weight } = views.drawMixes(1000, 0.75, new Random(2), { ownFirst: true });
    expect(Math.min(...weight)).toBeGreaterThanOrEqual(0.5);
    expect([...partner].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(partner.filter((each, i) => each === i).length).toBeLessThan(10);
    const tiny = views.drawMixes(1000, 1e-3, new Random(2)).weight;
    expect(tiny.every((value) => value >= 0 && value <= 1)).toBe(true);
    const few = views.drawMixes(10, 0.75, new Random(2)).weight;
    expect([...views.drawMixes(20, 0.75, new Random(2)).weight.subarray(0, 10)]).toEqual([...few]);
  });
});
