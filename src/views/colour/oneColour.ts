import { sampleBytes, type View } from '../view.js';
import { checkRgb } from './greyness.js';

export interface Kept {
  /** 0 red, 1 green, 2 blue. */
  readonly channel: Int32Array;
}

/**
 * One of red, green and blue, drawn, in all three channels, so that the lens' colour fringes do not give a place away (Doersch et al. 2015,
 * arXiv 1505.05192). `perFrame(oneColour())` draws for each patch.
 */
export function oneColour(): View<Kept> {
  return {
    shape: checkRgb,
    start(_input, count, random) {
      const channel = new Int32Array(count);
      return {
        drawn: { channel },
        draw(sample) {
          channel[sample] = random.integer(3);
        },
      };
    },
    work(input, { channel }) {
      const bytes = sampleBytes(input);
      return (source, from, target, to, sample) => {
        const chosen = from + channel[sample]!;
        for (let k = 0; k < bytes; k += 3) {
          const value = source[chosen + k]!;
          target[to + k] = value;
          target[to + k + 1] = value;
          target[to + k + 2] = value;
        }
      };
    },
  };
}
