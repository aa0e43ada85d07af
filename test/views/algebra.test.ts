import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import * as views from '../../src/views/index.js';
import { batches, randomSamples, rows } from './samples.js';

describe('the algebra', () => {
  const [a, b, c] = [views.cropResize(), views.sometimes(0.5, views.noise(20)), views.shift(2)];

  it('composes in any grouping, and nothing changes nothing', () => {
    fc.assert(
      fc.property(batches(), fc.nat(), (samples, seed) => {
        const seen = (view: views.View) => rows(views.see(view, samples, new Random(seed)).samples);
        expect(seen(views.compose(views.compose(a, b), c))).toEqual(seen(views.compose(a, b, c)));
        expect(seen(views.compose(a, views.compose(b, c)))).toEqual(seen(views.compose(a, b, c)));
        expect(seen(views.compose())).toEqual(rows(samples));
        expect(seen(views.compose(a, views.compose()))).toEqual(seen(a));
      }),
    );
  });

  it('composes as one after the other would', () => {
    fc.assert(
      fc.property(batches(), fc.nat(), (samples, seed) => {
        const { samples: seen, drawn } = views.see(views.compose(a, b, c), samples, new Random(seed));
        const steps = views.apply(c, views.apply(b, views.apply(a, samples, drawn[0]), drawn[1]), drawn[2]);
        expect(rows(steps)).toEqual(rows(seen));
      }),
    );
  });

  it('takes a view sometimes, never with chance 0 and always with 1', () => {
    const samples = randomSamples(4000, { frames: 1, height: 2, width: 2, channels: 1 }, 1);
    const seen = (chance: number) =>
      views
        .see(views.sometimes(chance, views.flip(1)), samples, new Random(2))
        .drawn.taken.reduce((n, x) => n + x, 0);
    expect([seen(0), seen(1)]).toEqual([0, 4000]);
    expect(seen(0.2)).toBeGreaterThan(700);
    expect(seen(0.2)).toBeLessThan(900);
    expect(() =>
      views.sometimes(0.5, views.channels(0)).shape({ frames: 1, height: 2, width: 2, channels: 3 }),
    ).toThrow(
      /^a view that is only sometimes taken has to keep the shape: images of 2×2×3 would become images of 2×2×1$/,
    );
  });

  it('keeps one stream apart from another', () => {
    const samples = randomSamples(3, { frames: 1, height: 8, width: 8, channels: 3 }, 1);
    const shift = views.shift(3);
    const alone = views.draw(shift, samples, new Random(4));
    const [beside] = views.draw(
      views.compose(shift, views.stream('noise', views.noise(3))),
      samples,
      new Random(4),
    );
    expect(beside).toEqual(alone);
    const seeds = ['one', 'two'].map((name) =>
      [...views.draw(views.stream(name, views.noise(3)), samples, new Random(4)).seeds].join(),
    );
    expect(new Set(seeds).size).toBe(2);
  });

  it('gives several views, each with a stream of its own, in one buffer or by name', () => {
    const samples = randomSamples(5, { frames: 1, height: 8, width: 8, channels: 3 }, 1);
    const view = views.noise(20);
    const into = new Uint8Array(3 * samples.data.length);
    const three = views.several(3, view)(samples, new Random(1), into);
    expect(new Set(three.map(({ drawn }) => drawn.seeds.join())).size).toBe(3);
    expect(Buffer.concat(three.map((seen) => seen.samples.data)).equals(into)).toBe(true);
    // A fourth view changes none of the three.
    const four = views.several(4, view)(samples, new Random(1));
    expect(four.slice(0, 3)).toEqual(three);
    const { weak, strong } = views.each({ weak: views.flip(), strong: view })(samples, new Random(1));
    expect(views.each({ strong: view })(samples, new Random(1)).strong).toEqual(strong);
    expect(weak.drawn.flipped).toHaveLength(5);
    expect(() => views.several(2, view)(samples, new Random(1), into)).toThrow('bytes instead of');
  });

  it('refuses buffers of another size, and that of the samples', () => {
    const samples = randomSamples(2, { frames: 1, height: 4, width: 4, channels: 1 }, 1);
    expect(() => views.see(views.flip(), samples, new Random(1), new Uint8Array(33))).toThrow(
      'the output buffer has 33 bytes instead of 32',
    );
    expect(() => views.see(views.flip(), { ...samples, count: 3 }, new Random(1))).toThrow(
      'the samples have 32 bytes instead of 48',
    );
    expect(() => views.see(views.flip(), samples, new Random(1), samples.data)).toThrow(
      'the output buffer is that of the samples',
    );
  });
});
