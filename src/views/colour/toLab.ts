import { fixed, sampleBytes, type View } from '../view.js';
import { checkRgb } from './greyness.js';
import { labOfRgb, rgbOfLab } from './lab.js';

/** Red, green and blue to bytes of L · 255/100, a + 128 and b + 128, as OpenCV stores them. Draws nothing; `fromLab` is the inverse. */
export function toLab(): View<Record<never, never>> {
  return fixed(checkRgb, (input) => {
    const bytes = sampleBytes(input);
    const lab = new Float32Array(bytes);
    return (source, from, target, to) => {
      labOfRgb(source.subarray(from, from + bytes), lab);
      for (let k = 0; k < bytes; k += 3) {
        target[to + k] = 2.55 * lab[k]! + 0.5;
        target[to + k + 1] = lab[k + 1]! + 128.5;
        target[to + k + 2] = lab[k + 2]! + 128.5;
      }
    };
  });
}

/** The inverse of `toLab`, as near as bytes allow: `labOfRgb` and `rgbOfLab` lose nothing. */
export function fromLab(): View<Record<never, never>> {
  return fixed(checkRgb, (input) => {
    const bytes = sampleBytes(input);
    const lab = new Float32Array(bytes);
    return (source, from, target, to) => {
      for (let k = 0; k < bytes; k += 3) {
        lab[k] = source[from + k]! / 2.55;
        lab[k + 1] = source[from + k + 1]! - 128;
        lab[k + 2] = source[from + k + 2]! - 128;
      }
      rgbOfLab(lab, target.subarray(to, to + bytes));
    };
  });
}
