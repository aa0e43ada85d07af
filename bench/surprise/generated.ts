import { type BallsAt, BOX, bouncingBalls } from '../../datasets/clips/bouncingBalls.js';
import { movingDigits } from '../../datasets/clips/movingDigits.js';
import type { LabelledImages } from '../../datasets/images/labelledImages.js';
import { loadMnist } from '../../datasets/images/mnist.js';
import { Random } from '../../src/common/random.js';
import type { Bytes, Sequence } from './anomalies.js';

/** A generator of clean frames and of sequences in which one thing goes against the rules. */
export interface GeneratedScene {
  readonly size: number;
  clean(random: Random, frames: number): Bytes[];
  unusual(random: Random, frames: number): Sequence;
}

/** Three balls; once, one of them is somewhere else from one frame to the next. */
export const jumpingBall: GeneratedScene = {
  size: 30,
  clean: (random, frames) => bytesOf(bouncingBalls(random, { frames }).frames, 30),
  unusual(random, frames) {
    const at = Math.floor(0.3 * frames) + random.integer(Math.floor(0.6 * frames));
    const before = bouncingBalls(random, { frames: at + 1 });
    const start = withJump(before, at, random);
    const after = bouncingBalls(random, { frames: frames - at, start });
    const images = [...bytesOf(before.frames, 30).slice(0, at), ...bytesOf(after.frames, 30)];
    return { frames: images, unusual: images.map((_, frame) => frame === at) };
  },
};

/** Where the balls are at a frame, but that one is in another free place, with its speed. */
function withJump(
  { positions, velocities }: ReturnType<typeof bouncingBalls>,
  at: number,
  random: Random,
): BallsAt {
  const rows = (values: Float64Array) =>
    Array.from({ length: 3 }, (_, ball): [number, number] => [
      values[(at * 3 + ball) * 2]!,
      values[(at * 3 + ball) * 2 + 1]!,
    ]);
  const all = rows(positions);
  const jumps = random.integer(3);
  while (true) {
    const place: [number, number] = [
      1.2 + (BOX - 2.4) * random.uniform(),
      1.2 + (BOX - 2.4) * random.uniform(),
    ];
    const far = all.every(([x, y]) => Math.hypot(x - place[0], y - place[1]) >= 2.4);
    if (!far) continue;
    return {
      positions: all.map((old, ball) => (ball === jumps ? place : old)),
      velocities: rows(velocities),
    };
  }
}

/** Two digits of MNIST; once, for a while, one image of the set is turned by half a turn. */
export async function turningDigit(split: 'train' | 'test'): Promise<GeneratedScene> {
  const { [split]: images } = await loadMnist();
  const turned = turnedImages(images);
  const scene = (seed: number, set: LabelledImages, frames: number) =>
    bytesOf(movingDigits(new Random(seed), set, { frames, step: 0.06, digits: 1, size: 48 }).frames, 48);
  return {
    size: 48,
    clean: (random, frames) => scene(random.uint32(), images, frames),
    unusual(random, frames) {
      const seed = random.uint32();
      const at = Math.floor(0.3 * frames) + random.integer(Math.floor(0.6 * frames));
      // The same path and the same digit, upside down from there on.
      const images2 = [...scene(seed, images, frames).slice(0, at), ...scene(seed, turned, frames).slice(at)];
      return { frames: images2, unusual: images2.map((_, frame) => frame === at) };
    },
  };
}

function turnedImages(set: LabelledImages): LabelledImages {
  const size = set.side * set.side;
  const images = set.images.slice();
  for (let at = 0; at < set.count; at++) images.subarray(at * size, (at + 1) * size).reverse();
  return { ...set, images };
}

function bytesOf(frames: Float32Array | Uint8Array, size: number): Bytes[] {
  const bytes =
    frames instanceof Uint8Array ? frames : Uint8Array.from(frames, (value) => Math.round(255 * value));
  const pixels = size * size;
  return Array.from({ length: bytes.length / pixels }, (_, at) =>
    bytes.slice(at * pixels, (at + 1) * pixels),
  );
}
