import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BallsAt, BOX, bouncingBalls } from '../../datasets/clips/bouncingBalls.js';
import { bouncingBallsDataset } from '../../datasets/clips/bouncingBallsDataset.js';
import { Random } from '../../src/common/random.js';

const PIXELS = 30 * 30;
const RADIUS = 1.2;

/** A clip as fixtures/bouncing_balls.py has simulated it. */
interface FrozenClip {
  readonly start: BallsAt;
  readonly positions: number[][];
  readonly velocities: number[][];
  /** Sum of each frame's pixels. */
  readonly brightness: number[];
  /** Whole pictures, by the number of the frame. */
  readonly pictures: Record<string, number[]>;
}

/** Mean squared error per frame, over frames 2..T, of a guess made from the frames before. */
function errorOf(frames: Float32Array, from: number, guess: (t: number, pixel: number) => number): number {
  let sum = 0;
  for (let t = from; t < 100; t++) {
    for (let i = 0; i < PIXELS; i++) sum += (frames[t * PIXELS + i]! - guess(t, i)) ** 2;
  }
  return sum / (100 - from);
}

describe('bouncing balls', () => {
  it('has the published error of copying the last frame: 11.8 ± 0.2', () => {
    const random = new Random(5);
    const clips = Array.from({ length: 100 }, () => bouncingBalls(random).frames);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const copy = mean(clips.map((f) => errorOf(f, 1, (t, i) => f[(t - 1) * PIXELS + i]!)));
    expect(copy).toBeGreaterThan(11.6);
    expect(copy).toBeLessThan(12.0);
    const clip01 = (value: number) => Math.min(Math.max(value, 0), 1);
    const linear = mean(
      clips.map((f) =>
        errorOf(f, 2, (t, i) => clip01(2 * f[(t - 1) * PIXELS + i]! - f[(t - 2) * PIXELS + i]!)),
      ),
    );
    expect(linear).toBeGreaterThan(6.6);
    expect(linear).toBeLessThan(7.0);
  });

  it('keeps energy, stays in the box but for one half-step, and starts apart', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { positions, velocities } = bouncingBalls(new Random(seed));
        const longestHalfStep = 0.25;
        for (let t = 0; t < 100; t++) {
          const v = velocities.subarray(t * 6, t * 6 + 6);
          expect(Math.hypot(...v)).toBeCloseTo(0.5, 9);
          for (const p of positions.subarray(t * 6, t * 6 + 6)) {
            expect(p).toBeGreaterThan(RADIUS - 2 * longestHalfStep);
            expect(p).toBeLessThan(BOX - RADIUS + 2 * longestHalfStep);
          }
        }
        for (const [i, j] of [
          [0, 1],
          [0, 2],
          [1, 2],
        ] as const) {
          const distance = Math.hypot(
            positions[2 * i]! - positions[2 * j]!,
            positions[2 * i + 1]! - positions[2 * j + 1]!,
          );
          expect(distance).toBeGreaterThanOrEqual(2 * RADIUS);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('moves and draws as the published physics, written a second time in Python, frame by frame', () => {
    const clips: FrozenClip[] = JSON.parse(
      readFileSync(new URL('./fixtures/bouncing_balls.json', import.meta.url), 'utf8'),
    );
    expect(clips).toHaveLength(3);
    for (const { start, ...frozen } of clips) {
      const { frames, positions, velocities } = bouncingBalls(new Random(0), { start });
      const largestGap = (a: ArrayLike<number>, b: readonly number[]) => {
        expect(a).toHaveLength(b.length);
        return b.reduce((gap, value, i) => Math.max(gap, Math.abs(value - a[i]!)), 0);
      };
      expect(largestGap(positions, frozen.positions.flat())).toBeLessThan(1e-6);
      expect(largestGap(velocities, frozen.velocities.flat())).toBeLessThan(1e-6);
      const frameAt = (t: number) => frames.subarray(t * PIXELS, (t + 1) * PIXELS);
      const brightness = frozen.brightness.map((_, t) => frameAt(t).reduce((a, b) => a + b, 0));
      expect(largestGap(brightness, frozen.brightness)).toBeLessThan(1e-3);
      for (const [t, picture] of Object.entries(frozen.pictures))
        expect(largestGap(frameAt(Number(t)), picture)).toBeLessThan(1e-4);
    }
  });

  it('moves each ball by its velocity where nothing is near', () => {
    const { positions, velocities } = bouncingBalls(new Random(3));
    let free = 0;
    for (let t = 0; t + 1 < 100; t++) {
      for (let i = 0; i < 6; i++) {
        const [now, next] = [velocities[t * 6 + i]!, velocities[(t + 1) * 6 + i]!];
        if (now !== next) continue;
        free++;
        expect(positions[(t + 1) * 6 + i]! - positions[t * 6 + i]!).toBeCloseTo(now, 9);
      }
    }
    expect(free).toBeGreaterThan(400);
  });

  it('gives the same clip for the same split and number, and other clips elsewhere', async () => {
    const clips = await bouncingBallsDataset.open();
    const first = clips('train', 0);
    expect(clips('train', 0)).toEqual(first);
    expect(clips('test', 0).latents.position).not.toEqual(first.latents.position);
    expect(clips('train', 1).latents.position).not.toEqual(first.latents.position);
    expect(first.latents.velocity).toHaveLength(100);
    const long = clips('train', 0, 130);
    expect(long.frames).toHaveLength(130);
    expect(long.frames[99]).toEqual(first.frames[99]);
    expect(long.frames[129]!.data).toHaveLength(PIXELS);
  });
});
