import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import * as views from '../../src/views/index.js';
import references from './fixtures/references.json' with { type: 'json' };
import { batches, packedImage, randomSamples, rows } from './samples.js';

const turned = (samples: views.Samples, by: number) =>
  views.apply(views.rotate90(), samples, { turns: new Int32Array(samples.count).fill(by) });

describe('quarter turns', () => {
  it("are numpy.rot90's", () => {
    const image = packedImage(references.turns[0]!);
    for (const by of [0, 1, 2, 3])
      expect([...turned(image, by).data]).toEqual([...packedImage(references.turns[by]!).data]);
  });

  it('move pixels only: four are none, and each is undone', () => {
    fc.assert(
      fc.property(batches({ square: true }), fc.integer({ min: 0, max: 3 }), (samples, by) => {
        const once = turned(samples, by);
        expect(rows(turned(once, (4 - by) % 4))).toEqual(rows(samples));
        expect(rows(turned(turned(turned(turned(samples, 1), 1), 1), 1))).toEqual(rows(samples));
        const sorted = (batch: views.Samples) => rows(batch).map((row) => row.sort((a, b) => a - b));
        expect(sorted(once)).toEqual(sorted(samples));
      }),
    );
  });

  it('all come in one batch with their targets', () => {
    const samples = randomSamples(3, { frames: 2, height: 5, width: 5, channels: 3 }, 1);
    const { samples: all, turns } = views.allTurns(samples);
    expect(all.count).toBe(12);
    expect([...turns]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect(rows(all)).toEqual([0, 1, 2, 3].flatMap((by) => rows(turned(samples, by))));
  });

  it('are all drawn, and refused where sides differ', () => {
    const shape = { frames: 1, height: 2, width: 2, channels: 1 };
    const { turns } = views.draw(views.rotate90(), randomSamples(400, shape, 1), new Random(1));
    for (const by of [0, 1, 2, 3]) {
      const count = turns.filter((each) => each === by).length;
      expect(Math.abs(count - 100)).toBeLessThan(40);
    }
    expect(() => views.rotate90().shape({ ...shape, width: 3 })).toThrow(
      'images of 3×2×1 are not square: a quarter turn would change their shape; take turns of 0 and 2 only',
    );
  });
});

describe('flip and shift', () => {
  it('flip twice is none; shift by 0 is none', () => {
    fc.assert(
      fc.property(
        batches(),
        fc.constantFrom('horizontal', 'vertical'),
        fc.nat(),
        (samples, direction, seed) => {
          const flip = views.flip(0.5, direction);
          const { samples: once, drawn } = views.see(flip, samples, new Random(seed));
          expect(rows(views.apply(flip, once, drawn))).toEqual(rows(samples));
          expect(rows(views.see(views.shift(0), samples, new Random(seed)).samples)).toEqual(rows(samples));
        },
      ),
    );
  });

  it('mirror from left to right or from top to bottom', () => {
    const image = { count: 1, frames: 1, height: 2, width: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4) };
    const flipped = { flipped: Uint8Array.of(1) };
    expect([...views.apply(views.flip(), image, flipped).data]).toEqual([2, 1, 4, 3]);
    expect([...views.apply(views.flip(0.5, 'vertical'), image, flipped).data]).toEqual([3, 4, 1, 2]);
  });

  it('refuse a shift as large as the image', () => {
    expect(() => views.shift(4).shape({ frames: 5, height: 9, width: 4, channels: 3 })).toThrow(
      'a shift of 4 pixels is too large for clips of 5 frames of 4×9×3: set it below 4',
    );
  });
});

describe('crop and resize', () => {
  it("is Pillow's bilinear resize of the part, within rounding", () => {
    for (const { image, box, resized } of references.crops) {
      const size = { height: resized.height, width: resized.width };
      const seen = views.apply(views.cropResize({ size }), packedImage(image), {
        boxes: Int32Array.from(box),
      });
      const expected = packedImage(resized).data;
      const worst = Math.max(...seen.data.map((value, i) => Math.abs(value - expected[i]!)));
      expect(worst).toBeLessThanOrEqual(1);
    }
  });

  it('of all of it is the image; parts lie inside and keep to area and aspect', () => {
    const all = views.cropResize({ area: [1, 1], aspect: [1, 1] });
    fc.assert(
      fc.property(batches({ square: true }), fc.nat(), (samples, seed) => {
        expect(rows(views.see(all, samples, new Random(seed)).samples)).toEqual(rows(samples));
      }),
    );
    const samples = randomSamples(500, { frames: 1, height: 40, width: 60, channels: 1 }, 1);
    const { boxes } = views.draw(views.cropResize({ area: [0.1, 0.5] }), samples, new Random(1));
    const areas: number[] = [];
    for (let i = 0; i < boxes.length; i += 4) {
      const [top, left, height, width] = boxes.subarray(i, i + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
      expect(top + height).toBeLessThanOrEqual(40);
      expect(left + width).toBeLessThanOrEqual(60);
      areas.push((height * width) / 2400);
      // Rounded sides.
      expect(width + 0.5).toBeGreaterThan((height - 0.5) * 0.75);
      expect(width - 0.5).toBeLessThan((height + 0.5) / 0.75);
    }
    expect(Math.min(...areas)).toBeGreaterThan(0.09);
    expect(Math.max(...areas)).toBeLessThan(0.52);
    expect(areas.reduce((sum, area) => sum + area, 0) / 500).toBeCloseTo(0.3, 1);
  });
});

describe('patches', () => {
  const settings = fc.record({
    grid: fc.integer({ min: 1, max: 4 }),
    gap: fc.integer({ min: 0, max: 3 }),
    jitter: fc.integer({ min: 0, max: 2 }),
    height: fc.integer({ min: 30, max: 41 }),
    width: fc.integer({ min: 30, max: 41 }),
    frames: fc.constantFrom(1, 2),
    seed: fc.nat(),
  });

  it('are parts of the image that keep their gap', () => {
    fc.assert(
      fc.property(settings, ({ grid, gap, jitter, seed, ...shape }) => {
        const samples = randomSamples(2, { ...shape, channels: 3 }, seed);
        const { samples: cut, drawn } = views.see(
          views.patches({ grid, gap, jitter }),
          samples,
          new Random(seed),
        );
        const tiles = grid * grid;
        expect(cut.frames).toBe(tiles * shape.frames);
        const place = (sample: number, tile: number) =>
          [...drawn.places.subarray(2 * (sample * tiles + tile), 2 * (sample * tiles + tile) + 2)] as [
            number,
            number,
          ];
        for (let sample = 0; sample < 2; sample++)
          for (let tile = 0; tile < tiles; tile++) {
            const [top, left] = place(sample, tile);
            expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
            expect(top + cut.height).toBeLessThanOrEqual(shape.height);
            expect(left + cut.width).toBeLessThanOrEqual(shape.width);
            if ((tile + 1) % grid !== 0)
              expect(place(sample, tile + 1)[1] - (left + cut.width)).toBeGreaterThanOrEqual(gap);
            if (tile + grid < tiles)
              expect(place(sample, tile + grid)[0] - (top + cut.height)).toBeGreaterThanOrEqual(gap);
            for (let frame = 0; frame < shape.frames; frame++) {
              const at = ((sample * tiles + tile) * shape.frames + frame) * cut.height * cut.width * 3;
              const from = (((sample * shape.frames + frame) * shape.height + top) * shape.width + left) * 3;
              // The first row and the last.
              const last = (cut.height - 1) * 3;
              const row = (data: Uint8Array, start: number) => [
                ...data.subarray(start, start + 3 * cut.width),
              ];
              expect(row(cut.data, at)).toEqual(row(samples.data, from));
              expect(row(cut.data, at + last * cut.width)).toEqual(
                row(samples.data, from + last * shape.width),
              );
            }
          }
      }),
      { numRuns: 60 },
    );
  });

  it('use all places that the jitter leaves, and need room', () => {
    const view = views.patches({ grid: 3, gap: 2, jitter: 1 });
    const samples = randomSamples(200, { frames: 1, height: 22, width: 22, channels: 1 }, 1);
    expect(view.shape(samples)).toMatchObject({ frames: 9, height: 4, width: 4 });
    const { places } = views.draw(view, samples, new Random(1));
    const tops = new Set(Array.from({ length: 200 }, (_, i) => places[18 * i]));
    expect([...tops].sort()).toEqual([0, 1, 2]);
    expect(() => view.shape({ ...samples, height: 12 })).toThrow(
      'images of 22×12×1 have no room for 3×3 patches with a gap of 2 and a jitter of 1: make them smaller',
    );
  });
});
