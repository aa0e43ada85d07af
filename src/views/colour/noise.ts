import { Random } from '../../common/random.js';
import { everyFrame, frameBytes, type View } from '../view.js';

export interface Noises {
  /** Of each sample's noise. */
  readonly seeds: Uint32Array;
}

/**
 * Normal noise added to every value, rounded and cut off at 0 and 255. A clip's frames have the same noise, with `perFrame` each its own.
 * @param sd standard deviation, of 255
 */
export function noise(sd: number): View<Noises> {
  return {
    shape: (input) => input,
    start(_input, count, random) {
      const seeds = new Uint32Array(count);
      return {
        drawn: { seeds },
        draw(sample) {
          seeds[sample] = random.uint32();
        },
      };
    },
    work(input, { seeds }) {
      const bytes = frameBytes(input);
      const table = normals();
      return everyFrame(input, input, (source, from, target, to, sample) => {
        // One 32-bit draw serves two values: `Random.normal` for every pixel would cost as much as a training step.
        let state = seeds[sample]!;
        let bits = 0;
        for (let k = 0; k < bytes; k++) {
          if ((k & 1) === 0) {
            state = (state + 0x9e3779b9) | 0;
            let x = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
            x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
            bits = x ^ (x >>> 15);
          } else bits >>>= 16;
          const value = source[from + k]! + sd * table[bits & 0xffff]! + 0.5;
          target[to + k] = value < 0 ? 0 : value > 255 ? 255 : value;
        }
      });
    },
  };
}

let kept: Float32Array | undefined;

/** 65,536 draws from the standard normal distribution, in pairs ±x and scaled, so that mean and variance are exactly 0 and 1. */
function normals(): Float32Array {
  if (kept) return kept;
  const random = Random.for(1, 'noise table');
  const half = Float64Array.from({ length: 32768 }, () => random.normal());
  const scale = 1 / Math.sqrt(half.reduce((sum, value) => sum + value * value, 0) / half.length);
  kept = Float32Array.from({ length: 65536 }, (_, i) => (i % 2 === 0 ? scale : -scale) * half[i >> 1]!);
  return kept;
}
