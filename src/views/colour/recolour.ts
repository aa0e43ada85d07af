import { BLUE, GREEN, RED } from './greyness.js';

export interface Jitter {
  /** What brightness and contrast make of each value. */
  readonly levels: Float32Array;
  /** Distance from grey, times this. */
  readonly saturation: number;
  /** Of the hue, in circles. */
  readonly turn: number;
}

/** Brightness, contrast, saturation and hue of one frame of red, green and blue in one pass. */
export function recolour(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  bytes: number,
  { levels, saturation, turn }: Jitter,
): void {
  const sixths = 6 * (turn - Math.floor(turn));
  for (let k = 0; k < bytes; k += 3) {
    let red = levels[source[from + k]!]!;
    let green = levels[source[from + k + 1]!]!;
    let blue = levels[source[from + k + 2]!]!;
    const grey = RED * red + GREEN * green + BLUE * blue;
    red = limited(grey + saturation * (red - grey));
    green = limited(grey + saturation * (green - grey));
    blue = limited(grey + saturation * (blue - grey));
    const most = red > green ? (red > blue ? red : blue) : green > blue ? green : blue;
    const range = most - (red < green ? (red < blue ? red : blue) : green < blue ? green : blue);
    if (sixths === 0 || range === 0) {
      target[to + k] = red + 0.5;
      target[to + k + 1] = green + 0.5;
      target[to + k + 2] = blue + 0.5;
      continue;
    }
    const hue = sixths + hueOf(red, green, blue, most, range);
    target[to + k] = most - range * lack(hue + 5) + 0.5;
    target[to + k + 1] = most - range * lack(hue + 3) + 0.5;
    target[to + k + 2] = most - range * lack(hue + 1) + 0.5;
  }
}

function limited(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** On the circle of 0 … 6 from red over green (2) and blue (4), as in HSV. */
function hueOf(red: number, green: number, blue: number, most: number, range: number): number {
  if (most === red) return (green - blue) / range + (green < blue ? 6 : 0);
  return most === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
}

/** How much of the colours' range a channel lacks: 0 over two sixths of the circle, 1 over two, in between a ramp. */
function lack(place: number): number {
  const k = place >= 12 ? place - 12 : place >= 6 ? place - 6 : place;
  const ramp = k < 4 - k ? k : 4 - k;
  return ramp < 0 ? 0 : ramp > 1 ? 1 : ramp;
}
