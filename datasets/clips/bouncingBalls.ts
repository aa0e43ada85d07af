import type { Random } from '../../src/common/random.js';

type Vector = [x: number, y: number];

/** Settings of the simulation; the defaults are the published ones. */
export interface BouncingBallsOptions {
  readonly balls?: number;
  readonly radius?: number;
  /** Side of the square image, in pixels. */
  readonly size?: number;
  readonly frames?: number;
  /** Where the balls are in the first frame and how fast; drawn at random by default. */
  readonly start?: BallsAt;
}

/** Centres (x, y) of balls in a box of side 10, and velocities (x, y) in box units per frame. */
export interface BallsAt {
  readonly positions: readonly Vector[];
  readonly velocities: readonly Vector[];
}

/** One simulated clip. */
export interface BouncingBallsClip {
  /** `[frames, size, size]`, intensity in [0, 1]. */
  readonly frames: Float32Array;
  /** `[frames, balls, 2]`: centres (x, y) at each frame, in a box of side 10. */
  readonly positions: Float64Array;
  /** `[frames, balls, 2]`: velocities (x, y) at each frame, in box units per frame. */
  readonly velocities: Float64Array;
}

/** Side of the box the balls live in. */
export const BOX = 10;
/** Frobenius norm of all velocities together, per unit of time (one frame). */
const SPEED_NORM = 0.5;
/** Every frame is two moves of half a time unit. */
const HALF_STEP = 0.5;
/** Squared distance, in radii, past which a ball adds less than 1e-17 to a pixel: not worth an exponential. */
const NOTHING_BEYOND = 2.5;

/**
 * Three equal balls in a box (Sutskever's generator, as in the code of Gan et al. 2015 for temporal sigmoid belief
 * networks): elastic walls and collisions, drawn as soft discs.
 */
export function bouncingBalls(random: Random, options: BouncingBallsOptions = {}): BouncingBallsClip {
  const { balls = 3, radius = 1.2, size = 30, frames: count = 100 } = options;
  const { start = startOf(random, balls, radius) } = options;
  const at = start.positions.map(([x, y]): Vector => [x, y]);
  const velocity = start.velocities.map(([x, y]): Vector => [x, y]);
  const positions = new Float64Array(count * at.length * 2);
  const velocities = new Float64Array(count * at.length * 2);
  const frames = new Float32Array(count * size * size);
  for (let t = 0; t < count; t++) {
    positions.set(at.flat(), t * at.length * 2);
    velocities.set(velocity.flat(), t * at.length * 2);
    draw(frames.subarray(t * size * size, (t + 1) * size * size), size, at, radius);
    halfStep(at, velocity, radius);
    halfStep(at, velocity, radius);
  }
  return { frames, positions, velocities };
}

/** An image of discs of soft edge: exp(−(d²/r²)⁴) summed over balls and cut at 1, at pixel centres. */
export function draw(out: Float32Array, size: number, at: readonly Vector[], radius: number): void {
  for (let row = 0; row < size; row++) {
    const y = ((row + 0.5) / size) * BOX;
    for (let column = 0; column < size; column++) {
      const x = ((column + 0.5) / size) * BOX;
      let intensity = 0;
      for (const [ballX, ballY] of at) {
        const distance = ((x - ballX) ** 2 + (y - ballY) ** 2) / radius ** 2;
        if (distance < NOTHING_BEYOND) intensity += Math.exp(-(distance ** 4));
      }
      out[row * size + column] = Math.min(intensity, 1);
    }
  }
}

function startOf(random: Random, balls: number, radius: number): BallsAt {
  return {
    positions: startPositions(random, balls, radius),
    velocities: startVelocities(random, balls),
  };
}

function startVelocities(random: Random, balls: number): Vector[] {
  const velocity = Array.from({ length: balls }, (): Vector => [random.normal(), random.normal()]);
  const norm = Math.hypot(...velocity.flat());
  return velocity.map(([x, y]) => [(x / norm) * SPEED_NORM, (y / norm) * SPEED_NORM]);
}

/** Uniform in [2, 10]², drawn again as a whole until every ball is inside the walls and apart from the others. */
function startPositions(random: Random, balls: number, radius: number): Vector[] {
  while (true) {
    const at = Array.from(
      { length: balls },
      (): Vector => [2 + 8 * random.uniform(), 2 + 8 * random.uniform()],
    );
    const inside = at.every((p) => p.every((v) => v - radius >= 0 && v + radius <= BOX));
    if (inside && pairs(at).every(([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]) >= 2 * radius)) return at;
  }
}

function halfStep(at: Vector[], velocity: Vector[], radius: number): void {
  at.forEach((p, ball) => {
    const v = velocity[ball]!;
    p[0] += HALF_STEP * v[0];
    p[1] += HALF_STEP * v[1];
  });
  at.forEach((p, ball) => {
    const v = velocity[ball]!;
    for (const axis of [0, 1] as const) {
      if (p[axis] - radius < 0) v[axis] = Math.abs(v[axis]);
      if (p[axis] + radius > BOX) v[axis] = -Math.abs(v[axis]);
    }
  });
  for (let i = 0; i < at.length; i++) {
    for (let j = 0; j < i; j++) collide(at[i]!, at[j]!, velocity[i]!, velocity[j]!, radius);
  }
}

/** Overlapping balls exchange their velocities along the line of centres, whether they approach or not (as published). */
function collide(a: Vector, b: Vector, va: Vector, vb: Vector, radius: number): void {
  const distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
  if (distance >= 2 * radius) return;
  const normal: Vector = [(a[0] - b[0]) / distance, (a[1] - b[1]) / distance];
  const along = (v: Vector) => v[0] * normal[0] + v[1] * normal[1];
  const [fromA, fromB] = [along(va), along(vb)];
  for (const axis of [0, 1] as const) {
    va[axis] += (fromB - fromA) * normal[axis];
    vb[axis] += (fromA - fromB) * normal[axis];
  }
}

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));
}
