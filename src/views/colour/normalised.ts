import { everyFrame, fixed, frameBytes, type View } from '../view.js';

/** What the mean of a frame becomes, and its standard deviation: four of them reach both ends of a byte. */
const [MEAN, SPREAD] = [128, 32];

/**
 * Every channel of every frame with the same mean and standard deviation (128 and 32), so that brightness and contrast do not give away which
 * patches were neighbours (Noroozi & Favaro 2016, arXiv 1603.09246). A frame of one value becomes 128. Draws nothing.
 */
export function normalised(): View<Record<never, never>> {
  return fixed(
    (input) => input,
    (input) => {
      const { channels } = input;
      const bytes = frameBytes(input);
      const pixels = bytes / channels;
      return everyFrame(input, input, (source, from, target, to) => {
        for (let c = 0; c < channels; c++) {
          let [sum, squares] = [0, 0];
          for (let k = from + c; k < from + bytes; k += channels) {
            const value = source[k]!;
            sum += value;
            squares += value * value;
          }
          const mean = sum / pixels;
          const sd = Math.sqrt(Math.max(0, squares / pixels - mean * mean));
          const scale = sd === 0 ? 0 : SPREAD / sd;
          for (let k = c; k < bytes; k += channels) {
            const value = MEAN + scale * (source[from + k]! - mean) + 0.5;
            target[to + k] = value < 0 ? 0 : value > 255 ? 255 : value;
          }
        }
      });
    },
  );
}
