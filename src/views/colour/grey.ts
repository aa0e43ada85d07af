import { copying, fixed, sampleBytes, type View } from '../view.js';
import { BLUE, checkColours, GREEN, RED } from './greyness.js';

/** Brightness in place of colour, in as many channels as before. Draws nothing: `sometimes(0.2, grey())` draws whether. */
export function grey(): View<Record<never, never>> {
  return fixed(checkColours, (input) => {
    if (input.channels === 1) return copying(input);
    const bytes = sampleBytes(input);
    return (source, from, target, to) => {
      for (let k = 0; k < bytes; k += 3) {
        const red = source[from + k]!;
        const value = RED * red + GREEN * source[from + k + 1]! + BLUE * source[from + k + 2]! + 0.5;
        target[to + k] = value;
        target[to + k + 1] = value;
        target[to + k + 2] = value;
      }
    };
  });
}
