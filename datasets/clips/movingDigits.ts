import type { Random } from '../../src/common/random.js';
import { imageAt, type LabelledImages } from '../images/labelledImages.js';

/** Settings of the generator; the defaults are the published ones. */
export interface MovingDigitsOptions {
  readonly digits?: number;
  /** Side of the square image, in pixels. */
  readonly size?: number;
  readonly frames?: number;
  /** Way of a digit per frame, as a share of the box that its corner moves in. */
  readonly step?: number;
  /** An upright bar in the middle of the image, this many pixels wide, that digits pass behind; none by default. */
  readonly bar?: number;
}

/** One generated clip. */
export interface MovingDigitsClip {
  /** `[frames, size, size]`, 0 to 255. */
  readonly frames: Uint8Array;
  /** `[frames, digits, 2]`: upper left corners (x, y) in pixels, before they are cut to whole ones. */
  readonly positions: Float64Array;
  /** `[frames, digits, 2]`: the velocity (x, y) with which a digit leaves the frame, pixels per frame. */
  readonly velocities: Float64Array;
  /** `[digits]`: their images' places in the set. */
  readonly places: readonly number[];
  readonly labels: readonly number[];
}

/** Brightness of the bar: unlike ink and background. */
const BAR = 128;

interface Digit {
  readonly image: Uint8Array;
  /** Corner and velocity, in [0, 1]: shares of the box. */
  readonly at: [x: number, y: number];
  readonly velocity: [x: number, y: number];
}

/**
 * Digits that move straight and bounce off the walls (Srivastava, Mansimov & Salakhutdinov, arXiv 1502.04681, in the
 * variant that training code since Shi et al. 2015 generates): corners start anywhere in the box, directions are uniform,
 * every frame is one step and then drawn; a digit past a wall is put on it and turned. Where digits overlap the brighter
 * one shows.
 * @param images images to draw the digits from
 */
export function movingDigits(
  random: Random,
  images: LabelledImages,
  options: MovingDigitsOptions = {},
): MovingDigitsClip {
  const { digits: count = 2, size = 64, frames: length = 20, step = 0.1, bar = 0 } = options;
  const { side } = images;
  const box = size - side;
  const places = Array.from({ length: count }, () => random.integer(images.count));
  const digits = places.map((place) => start(random, imageAt(images, place), step));
  const frames = new Uint8Array(length * size * size);
  const positions = new Float64Array(length * count * 2);
  const velocities = new Float64Array(length * count * 2);
  for (let t = 0; t < length; t++) {
    const frame = frames.subarray(t * size * size, (t + 1) * size * size);
    digits.forEach((digit, i) => {
      move(digit);
      const corner = digit.at.map((share) => share * box) as [number, number];
      positions.set(corner, (t * count + i) * 2);
      velocities.set(
        digit.velocity.map((share) => share * box),
        (t * count + i) * 2,
      );
      draw(frame, size, digit.image, side, corner);
    });
    drawBar(frame, size, bar);
  }
  return { frames, positions, velocities, places, labels: places.map((i) => images.labels[i]!) };
}

function start(random: Random, image: Uint8Array, step: number): Digit {
  const at: Digit['at'] = [random.uniform(), random.uniform()];
  const direction = 2 * Math.PI * random.uniform();
  return { image, at, velocity: [step * Math.cos(direction), step * Math.sin(direction)] };
}

function move({ at, velocity }: Digit): void {
  for (const axis of [0, 1] as const) {
    const to = at[axis] + velocity[axis];
    at[axis] = Math.min(Math.max(to, 0), 1);
    if (to <= 0 || to >= 1) velocity[axis] = -velocity[axis];
  }
}

/** Put an image with its upper left corner at whole pixels, keeping what is brighter. */
function draw(
  frame: Uint8Array,
  size: number,
  image: Uint8Array,
  side: number,
  corner: readonly [number, number],
): void {
  const [left, top] = [Math.floor(corner[0]), Math.floor(corner[1])];
  for (let row = 0; row < side; row++) {
    const from = row * side;
    const to = (top + row) * size + left;
    for (let column = 0; column < side; column++) {
      const ink = image[from + column]!;
      if (ink > frame[to + column]!) frame[to + column] = ink;
    }
  }
}

function drawBar(frame: Uint8Array, size: number, width: number): void {
  const left = Math.floor((size - width) / 2);
  for (let row = 0; row < size && width > 0; row++)
    frame.fill(BAR, row * size + left, row * size + left + width);
}
