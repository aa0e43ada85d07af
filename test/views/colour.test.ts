import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import * as views from '../../src/views/index.js';
import references from './fixtures/references.json' with { type: 'json' };
import { batches, packedImage, randomSamples, rows } from './samples.js';

function farthest(values: ArrayLike<number>, expected: readonly number[]): number {
  expect(values).toHaveLength(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - values[i]!)));
}

/** Every 5th value of each channel and 255: 140,608 colours. */
const manyColours = (() => {
  const levels = [...Array.from({ length: 51 }, (_, i) => 5 * i), 255];
  return Uint8Array.from(levels.flatMap((r) => levels.flatMap((g) => levels.flatMap((b) => [r, g, b]))));
})();

describe('colour jitter', () => {
  const all = views.colourJitter({ brightness: 1, contrast: 1, saturation: 1, hue: 0.5 });

  it("is torchvision's, with colorsys' hue", () => {
    const image = packedImage(references.jitters.image);
    for (const { factors, image: expected } of references.jitters.cases)
      expect(
        farthest(views.apply(all, image, { factors: Float32Array.from(factors) }).data, [
          ...packedImage(expected).data,
        ]),
      ).toBeLessThanOrEqual(1);
  });

  it('changes nothing by factors of 1, and turns a hue all around', () => {
    fc.assert(
      fc.property(batches(), fc.constantFrom(0, 1, -1), (samples, turn) => {
        const factors = Float32Array.from({ length: 4 * samples.count }, (_, i) => (i % 4 === 3 ? turn : 1));
        expect(rows(views.apply(all, samples, { factors }))).toEqual(rows(samples));
      }),
    );
  });

  it('keeps what it draws inside of what is set', () => {
    const settings = { brightness: 0.1, contrast: 0.2, saturation: 0.3, hue: 0.4 };
    const samples = randomSamples(500, { frames: 1, height: 1, width: 1, channels: 3 }, 1);
    const { factors } = views.draw(views.colourJitter(settings), samples, new Random(1));
    Object.values(settings).forEach((most, which) => {
      const drawn = [...factors]
        .filter((_, i) => i % 4 === which)
        .map((value) => value - (which === 3 ? 0 : 1));
      expect(Math.max(...drawn)).toBeLessThanOrEqual(most + 1e-6);
      expect(Math.max(...drawn)).toBeGreaterThan(0.9 * most);
      expect(Math.min(...drawn)).toBeLessThan(-0.9 * most);
    });
  });
});

describe('grey', () => {
  it("is Pillow's, in every channel, and of grey itself", () => {
    const { data } = views.see(views.grey(), packedImage(references.greys.image), new Random(1)).samples;
    const expected = references.greys.grey.flatMap((value) => [value, value, value]);
    expect(farthest(data, expected)).toBeLessThanOrEqual(1);
    const grey = { count: 1, frames: 1, height: 16, width: 16, channels: 3 };
    const ramp = { ...grey, data: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)) };
    expect(views.see(views.grey(), ramp, new Random(1)).samples).toEqual(ramp);
  });

  it('needs colours', () => {
    const two = { frames: 1, height: 4, width: 4, channels: 2 };
    for (const view of [views.grey(), views.colourJitter({})])
      expect(() => view.shape(two)).toThrow('colours need 1 or 3 channels, and these are images of 4×4×2');
    for (const view of [views.toLab(), views.oneColour()])
      expect(() => view.shape(two)).toThrow(
        'needs the channels red, green and blue, and these are images of 4×4×2',
      );
  });
});

describe('L, a and b', () => {
  it("are scikit-image's", () => {
    const { rgb, lab } = references.labs;
    expect(farthest(views.labOfRgb(Uint8Array.from(rgb)), lab)).toBeLessThan(2e-3);
    // Red, as in any table of colours.
    const [l, a, b] = views.labOfRgb(Uint8Array.of(255, 0, 0));
    expect([l!.toFixed(1), a!.toFixed(1), b!.toFixed(1)]).toEqual(['53.2', '80.1', '67.2']);
  });

  it('give back the bytes exactly', () => {
    expect(Buffer.from(views.rgbOfLab(views.labOfRgb(manyColours))).equals(manyColours)).toBe(true);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 3, maxLength: 3 }), (rgb) => {
        expect([...views.rgbOfLab(views.labOfRgb(rgb))]).toEqual([...rgb]);
      }),
    );
  });

  it('as bytes give back colours within the rounding, and are apart as channels', () => {
    const count = manyColours.length / 3;
    const colours = { count, frames: 1, height: 1, width: 1, channels: 3, data: manyColours };
    const lab = views.see(views.toLab(), colours, new Random(1)).samples;
    const exact = views.labOfRgb(manyColours);
    let worst = 0;
    for (let k = 0; k < exact.length; k += 3)
      worst = Math.max(
        worst,
        Math.abs(lab.data[k]! - 2.55 * exact[k]!),
        Math.abs(lab.data[k + 1]! - 128 - exact[k + 1]!),
        Math.abs(lab.data[k + 2]! - 128 - exact[k + 2]!),
      );
    expect(worst).toBeLessThan(0.501);
    const back = views.see(views.fromLab(), lab, new Random(1)).samples;
    const again = views.see(views.toLab(), back, new Random(1)).samples;
    const mean =
      again.data.reduce((sum, value, i) => sum + Math.abs(value - lab.data[i]!), 0) / again.data.length;
    expect(mean).toBeLessThan(0.4);
    const light = views.see(views.compose(views.toLab(), views.channels(0)), colours, new Random(1)).samples;
    const ab = views.see(views.compose(views.toLab(), views.channels(1, 2)), colours, new Random(1)).samples;
    expect([light.channels, ab.channels]).toEqual([1, 2]);
    for (let i = 0; i < count; i += 997)
      expect([light.data[i], ab.data[2 * i], ab.data[2 * i + 1]]).toEqual([
        ...lab.data.subarray(3 * i, 3 * i + 3),
      ]);
    expect(() => views.channels(3).shape(colours)).toThrow(
      'there is no channel 3 in images of 1×1×3: channels count from 0 to 2',
    );
  });

  it('are without colour where there is none', () => {
    const grey = { count: 1, frames: 1, height: 16, width: 16, channels: 3 };
    const ramp = { ...grey, data: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)) };
    const { data } = views.see(
      views.compose(views.toLab(), views.channels(1, 2)),
      ramp,
      new Random(1),
    ).samples;
    expect(new Set(data)).toEqual(new Set([128]));
  });
});

describe('noise', () => {
  it('is normal, of the deviation that is set, and independent', () => {
    const samples = {
      count: 8,
      frames: 1,
      height: 64,
      width: 64,
      channels: 1,
      data: new Uint8Array(8 * 4096).fill(128),
    };
    const { data } = views.see(views.noise(12), samples, new Random(1)).samples;
    const values = [...data].map((value) => value - 128);
    const mean = (each: (value: number, i: number) => number) =>
      values.reduce((sum, value, i) => sum + each(value, i), 0) / values.length;
    expect(Math.abs(mean((value) => value))).toBeLessThan(0.3);
    expect(mean((value) => value ** 2)).toBeCloseTo(144 + 1 / 12, -1);
    // Shares of the normal distribution beyond one, two and three deviations (half a step is rounded).
    for (const [many, share] of [
      [12.5, 0.2976],
      [24.5, 0.0412],
      [36.5, 0.00235],
    ] as const)
      expect(Math.abs(mean((value) => Number(Math.abs(value) > many)) - share)).toBeLessThan(0.01);
    for (const lag of [1, 2, 64, 4096])
      expect(Math.abs(mean((value, i) => value * (values[i + lag] ?? 0)))).toBeLessThan(3);
  });

  it('stops at black and white', () => {
    const samples = { count: 1, frames: 1, height: 16, width: 16, channels: 1, data: new Uint8Array(256) };
    const { data } = views.see(views.noise(40), samples, new Random(1)).samples;
    expect(data.filter((value) => value === 0).length).toBeGreaterThan(90);
    expect(Math.max(...data)).toBeLessThan(200);
  });
});

describe('views against shortcuts', () => {
  it('one colour keeps a drawn channel in all three', () => {
    fc.assert(
      fc.property(batches({ colours: true }), fc.nat(), (samples, seed) => {
        const { samples: seen, drawn } = views.see(views.oneColour(), samples, new Random(seed));
        rows(samples).forEach((before, sample) => {
          const kept = before.map((_, k) => before[k - (k % 3) + drawn.channel[sample]!]);
          expect(rows(seen)[sample]).toEqual(kept);
        });
      }),
    );
  });

  it('normalised frames have one mean and deviation, whatever brightness and contrast were', () => {
    const samples = randomSamples(4, { frames: 3, height: 12, width: 12, channels: 3 }, 1);
    const flat = { ...samples, data: samples.data.map((value) => 90 + value / 8) };
    for (const each of [samples, flat]) {
      const { data } = views.see(views.normalised(), each, new Random(1)).samples;
      for (let frame = 0; frame < 12; frame++)
        for (let c = 0; c < 3; c++) {
          const values = [...data.subarray(432 * frame, 432 * (frame + 1))].filter((_, k) => k % 3 === c);
          const mean = values.reduce((sum, value) => sum + value, 0) / 144;
          const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 144;
          expect(Math.abs(mean - 128)).toBeLessThan(0.5);
          expect(Math.abs(Math.sqrt(variance) - 32)).toBeLessThan(0.5);
        }
    }
    const empty = { ...samples, data: new Uint8Array(samples.data.length).fill(200) };
    expect(new Set(views.see(views.normalised(), empty, new Random(1)).samples.data)).toEqual(new Set([128]));
  });
});
