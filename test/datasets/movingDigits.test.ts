import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movingDigits } from '../../datasets/clips/movingDigits.js';
import { movingDataset, movingDigitsDataset } from '../../datasets/clips/movingDigitsDataset.js';
import { imageAt, type LabelledImages, withValidation } from '../../datasets/images/labelledImages.js';
import { loadMnist } from '../../datasets/images/mnist.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import type { Split } from '../../src/stream/frameSource.js';

const BOX = 64 - 28;
const SPEED = 0.1 * BOX;

/** Pictures that are one shade each, so that a digit's place can be read from the pixels. */
function squares(...shades: number[]): LabelledImages {
  const images = Uint8Array.from(shades.flatMap((shade) => Array.from({ length: 28 * 28 }, () => shade)));
  return {
    count: shades.length,
    side: 28,
    channels: 1,
    images,
    labels: Uint8Array.from(shades, (_, i) => i),
  };
}

describe('the generator of moving digits', () => {
  it('moves straight at the published speed inside the box, and turns back on the walls', () => {
    let bounces = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { positions, velocities } = movingDigits(new Random(seed), squares(255), { frames: 60 });
        for (let digit = 0; digit < 2; digit++) {
          const values = (of: Float64Array, t: number) => [
            ...of.subarray((2 * t + digit) * 2, (2 * t + digit) * 2 + 2),
          ];
          for (let t = 0; t + 1 < 60; t++) {
            const [at, v, next, after] = [
              values(positions, t),
              values(velocities, t),
              values(positions, t + 1),
              values(velocities, t + 1),
            ];
            expect(Math.hypot(...v)).toBeCloseTo(SPEED, 9);
            for (const axis of [0, 1]) {
              const free = at[axis]! + v[axis]!;
              if (free > 0 && free < BOX) {
                expect(next[axis]).toBeCloseTo(free, 9);
                expect(after[axis]).toBe(v[axis]);
              } else {
                bounces++;
                expect(next[axis]).toBe(free <= 0 ? 0 : BOX);
                expect(after[axis]).toBe(-v[axis]!);
              }
            }
          }
        }
      }),
      { numRuns: 15 },
    );
    expect(bounces).toBeGreaterThan(50);
  });

  it('draws each picture with its corner at the whole part of its position', () => {
    const { frames, positions } = movingDigits(new Random(4), squares(200), { digits: 1 });
    for (let t = 0; t < 20; t++) {
      const lit = [...frames.subarray(t * 4096, (t + 1) * 4096).entries()].filter(([, value]) => value > 0);
      expect(lit).toHaveLength(28 * 28);
      expect(lit.every(([, value]) => value === 200)).toBe(true);
      const columns = lit.map(([pixel]) => pixel % 64);
      const rows = lit.map(([pixel]) => Math.floor(pixel / 64));
      const corner = [Math.min(...columns), Math.min(...rows)];
      expect(corner).toEqual([Math.trunc(positions[2 * t]!), Math.trunc(positions[2 * t + 1]!)]);
      expect([Math.max(...columns) - corner[0]!, Math.max(...rows) - corner[1]!]).toEqual([27, 27]);
    }
  });

  it('shows the brighter one where two overlap', () => {
    const clip = movingDigits(new Random(1), squares(100, 180), { digits: 4, frames: 40 });
    expect(new Set(clip.frames)).toEqual(new Set([0, 100, 180]));
    expect(new Set(clip.labels)).toEqual(new Set([0, 1]));
  });

  it('can hide a single digit behind a bar, and calls its label so', async () => {
    const set = squares(...Array.from({ length: 10 }, () => 255));
    const load = async () => ({
      train: { ...set, count: 5_010, images: new Uint8Array(5_010 * 784), labels: new Uint8Array(5_010) },
      test: set,
    });
    const card = {
      name: 'occluded',
      title: '',
      description: '',
      source: '',
      licence: '',
      labels: 'the digit',
    };
    const dataset = movingDataset(card, load, { digits: 1, bar: 12 });
    expect(dataset.card.labels).toEqual({ label: 'the digit' });
    const { frames, labels, latents } = (await dataset.open())('test', 3);
    expect(Object.keys(labels!)).toEqual(['label']);
    expect(required(latents, 'position')[0]).toHaveLength(2);
    for (const { data } of frames) {
      for (let row = 0; row < 64; row++) {
        const bar = data.subarray(row * 64 + 26, row * 64 + 38);
        if (bar.some((value) => value !== 128)) expect.fail(`row ${row} of the bar is ${bar}`);
      }
      expect(data).toContain(255);
    }
  });
});

describe('the dataset moving-digits', () => {
  // The first time MNIST is fetched.
  it('gives the same clip for the same split and number, longer or not', { timeout: 600_000 }, async () => {
    const clips = await movingDigitsDataset.open();
    const first = clips('train', 0);
    expect((await movingDigitsDataset.open())('train', 0)).toEqual(first);
    expect(first.frames).toHaveLength(20);
    expect(first.latents.position).toHaveLength(20);
    expect(required(first.latents, 'velocity')[0]).toHaveLength(4);
    const long = clips('train', 0, 30);
    expect(long.frames.slice(0, 20)).toEqual(first.frames);
    const others = [
      clips('train', 1),
      clips('train', 1_000_000_007),
      clips('test', 0),
      clips('validation', 0),
    ];
    for (const other of others) expect(other.latents.position).not.toEqual(first.latents.position);
  });

  it('makes each split of digits of its own, and labels them rightly', async () => {
    const { train, test } = await loadMnist();
    const sets: Record<Split, LabelledImages> = { ...withValidation(train), test };
    const home = new Map<string, { split: Split; label: number }>();
    for (const split of ['train', 'validation', 'test'] as const) {
      for (let i = 0; i < sets[split].count; i++)
        home.set(Buffer.from(imageAt(sets[split], i)).toString('base64'), {
          split,
          label: sets[split].labels[i]!,
        });
    }
    const clips = await movingDigitsDataset.open();
    for (const split of ['train', 'validation', 'test'] as const) {
      const seen: (number | undefined)[] = [];
      for (let index = 0; index < 20; index++) {
        const { frames, latents, labels } = clips(split, index);
        // A moment at which neither digit covers the other's field.
        const t = required(latents, 'position').findIndex(
          ([x0, y0, x1, y1]) => Math.abs(x0! - x1!) >= 29 || Math.abs(y0! - y1!) >= 29,
        );
        if (t < 0) continue;
        for (const digit of [0, 1]) {
          const [x, y] = required(latents, 'position')
            [t]!.slice(2 * digit)
            .map(Math.trunc) as [number, number];
          const { data } = frames[t]!;
          const rows = Array.from({ length: 28 }, (_, r) =>
            data.subarray((y + r) * 64 + x, (y + r) * 64 + x + 28),
          );
          const found = home.get(Buffer.concat(rows).toString('base64'));
          expect(found).toEqual({ split, label: labels![`digit${digit}`] });
          seen.push(found?.label);
        }
      }
      expect(seen.length).toBeGreaterThan(10);
      expect(new Set(seen).size).toBeGreaterThan(5);
    }
  });
});
