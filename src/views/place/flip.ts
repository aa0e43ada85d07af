import { happens } from '../combine/sometimes.js';
import { copying, type View } from '../view.js';
import { gather, tableOf } from './gather.js';

export interface Flips {
  /** 1 where the sample is mirrored. */
  readonly flipped: Uint8Array;
}

/** Mirrored left to right, or top to bottom, with a chance of one half by default. */
export function flip(chance = 0.5, direction: 'horizontal' | 'vertical' = 'horizontal'): View<Flips> {
  return {
    shape: (input) => input,
    start(_input, count, random) {
      const flipped = new Uint8Array(count);
      return {
        drawn: { flipped },
        draw(sample) {
          flipped[sample] = happens(chance, random.uniform()) ? 1 : 0;
        },
      };
    },
    work(input, { flipped }) {
      const { height, width } = input;
      const table = tableOf(input, (y, x) =>
        direction === 'horizontal' ? y * width + width - 1 - x : (height - 1 - y) * width + x,
      );
      const mirror = gather(input, input, () => table);
      const copy = copying(input);
      return (source, from, target, to, sample) =>
        (flipped[sample] === 1 ? mirror : copy)(source, from, target, to, sample);
    },
  };
}
