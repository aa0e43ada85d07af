// sRGB to CIE L*a*b* and back, white D65, with the constants of IEC 61966-2-1 and CIE 15 (those of scikit-image's rgb2lab).

const WHITE = [0.95047, 1, 1.08883] as const;
const [EPSILON, SLOPE, OFFSET] = [0.008856, 7.787, 16 / 116];

const STEPS = 16384;
const curved = Float64Array.from({ length: STEPS + 2 }, (_, i) => {
  const t = i / STEPS;
  return t > EPSILON ? Math.cbrt(t) : SLOPE * t + OFFSET;
});

/** Light of a byte: the sRGB curve undone. */
const linear = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
});

/**
 * @param rgb red, green and blue of each pixel
 * @param into L (0 … 100), a and b (about −110 … 110) of each pixel
 */
export function labOfRgb(rgb: Uint8Array, into: Float32Array = new Float32Array(rgb.length)): Float32Array {
  for (let k = 0; k < rgb.length; k += 3) {
    const red = linear[rgb[k]!]!;
    const green = linear[rgb[k + 1]!]!;
    const blue = linear[rgb[k + 2]!]!;
    const x = curve((0.412453 * red + 0.35758 * green + 0.180423 * blue) / WHITE[0]);
    const y = curve(0.212671 * red + 0.71516 * green + 0.072169 * blue);
    const z = curve((0.019334 * red + 0.119193 * green + 0.950227 * blue) / WHITE[2]);
    into[k] = 116 * y - 16;
    into[k + 1] = 500 * (x - y);
    into[k + 2] = 200 * (y - z);
  }
  return into;
}

/** The inverse, rounded: bytes that were taken apart come back exactly. Colours that no screen shows are cut off. */
export function rgbOfLab(lab: Float32Array, into: Uint8Array = new Uint8Array(lab.length)): Uint8Array {
  for (let k = 0; k < lab.length; k += 3) {
    const y = (lab[k]! + 16) / 116;
    const x = WHITE[0] * uncurve(y + lab[k + 1]! / 500);
    const z = WHITE[2] * uncurve(y - lab[k + 2]! / 200);
    const light = uncurve(y);
    into[k] = byteOf(3.24048134 * x - 1.53715152 * light - 0.49853633 * z);
    into[k + 1] = byteOf(-0.96925495 * x + 1.87599 * light + 0.04155593 * z);
    into[k + 2] = byteOf(0.05564664 * x - 0.20404134 * light + 1.05731107 * z);
  }
  return into;
}

/** CIE's curve for 0 … 1, between places where it is known: 4e-7 off at most (1e-4 of a and b), and four times as fast as cube roots. */
function curve(t: number): number {
  const place = t * STEPS;
  const low = Math.trunc(place);
  return curved[low]! + (place - low) * (curved[low + 1]! - curved[low]!);
}

function uncurve(t: number): number {
  return t > 0.2068966 ? t * t * t : (t - OFFSET) / SLOPE;
}

function byteOf(light: number): number {
  const value = light > 0.0031308 ? 1.055 * light ** (1 / 2.4) - 0.055 : 12.92 * light;
  return Math.max(0, Math.min(255, Math.round(255 * value)));
}
