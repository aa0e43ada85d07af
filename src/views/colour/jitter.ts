import { everyFrame, frameBytes, type SampleShape, type View, type Work } from '../view.js';
import { BLUE, checkColours, GREEN, RED } from './greyness.js';
import { type Jitter, recolour } from './recolour.js';

/** Each is the largest change, 0 by default: factors are of 1 − x … 1 + x; hue is turned by −x … x, where 1 is the whole circle. */
export interface JitterSettings {
  readonly brightness?: number;
  readonly contrast?: number;
  readonly saturation?: number;
  readonly hue?: number;
}

export interface Jitters {
  /** `[sample, 4]`: factors of brightness, contrast and saturation, and the turn of the hue. */
  readonly factors: Float32Array;
}

/**
 * Colours changed at random as by torchvision's `ColorJitter`, always in the order brightness, contrast, saturation, hue, rounded once at the
 * end. Contrast is relative to the mean brightness of each frame.
 */
export function colourJitter(settings: JitterSettings): View<Jitters> {
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = settings;
  return {
    shape: checkColours,
    start(_input, count, random) {
      const factors = new Float32Array(4 * count);
      return {
        drawn: { factors },
        draw(sample) {
          const within = (most: number) => most * (2 * random.uniform() - 1);
          factors[4 * sample] = 1 + within(brightness);
          factors[4 * sample + 1] = 1 + within(contrast);
          factors[4 * sample + 2] = 1 + within(saturation);
          factors[4 * sample + 3] = within(hue);
        },
      };
    },
    work: (input, { factors }) => everyFrame(input, input, jittered(input, factors)),
  };
}

function jittered(input: SampleShape, factors: Float32Array): Work {
  const bytes = frameBytes(input);
  const levels = new Float32Array(256);
  return (source, from, target, to, sample) => {
    const [brightness, contrast] = [factors[4 * sample]!, factors[4 * sample + 1]!];
    const jitter: Jitter = { levels, saturation: factors[4 * sample + 2]!, turn: factors[4 * sample + 3]! };
    for (let value = 0; value < 256; value++) levels[value] = Math.min(255, brightness * value);
    if (contrast !== 1) {
      const mean = meanBrightness(source, from, bytes, input.channels, levels);
      for (let value = 0; value < 256; value++)
        levels[value] = Math.max(0, Math.min(255, mean + contrast * (levels[value]! - mean)));
    }
    if (input.channels === 1 || (jitter.saturation === 1 && jitter.turn === 0))
      for (let k = 0; k < bytes; k++) target[to + k] = levels[source[from + k]!]! + 0.5;
    else recolour(source, from, target, to, bytes, jitter);
  };
}

function meanBrightness(
  source: Uint8Array,
  from: number,
  bytes: number,
  channels: number,
  levels: Float32Array,
): number {
  if (channels === 1) {
    let sum = 0;
    for (let k = from; k < from + bytes; k++) sum += levels[source[k]!]!;
    return sum / bytes;
  }
  let [red, green, blue] = [0, 0, 0];
  for (let k = from; k < from + bytes; k += 3) {
    red += levels[source[k]!]!;
    green += levels[source[k + 1]!]!;
    blue += levels[source[k + 2]!]!;
  }
  return (3 * (RED * red + GREEN * green + BLUE * blue)) / bytes;
}
