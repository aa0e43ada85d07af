/**
 * A perceptual colour map, 256 × red-green-blue: lightness rises in equal steps for the eye from near black to near white
 * while the hue turns from violet over red to yellow, so that a difference looks as large wherever on the scale it lies,
 * and the map survives a grey print. Computed in the OKLCH colour space (Ottosson 2020).
 */
export const colourMap: Uint8Array = Uint8Array.from(
  Array.from({ length: 256 }, (_, step) => colourAt(step / 255)).flat(),
);

function colourAt(part: number): [number, number, number] {
  const lightness = 0.06 + 0.91 * part;
  const hue = (2 * Math.PI * (290 + 172 * part)) / 360;
  // Little colour at both ends, and nowhere more than the screen can show.
  let chroma = 0.2 * Math.sin(Math.PI * (0.03 + 0.86 * part));
  let rgb = oklchToLinear(lightness, chroma, hue);
  while (rgb.some((value) => value < 0 || value > 1) && chroma > 0) {
    chroma = Math.max(0, chroma - 0.001);
    rgb = oklchToLinear(lightness, chroma, hue);
  }
  const byte = (value: number) => Math.round(255 * gamma(value));
  return [byte(rgb[0]), byte(rgb[1]), byte(rgb[2])];
}

function oklchToLinear(lightness: number, chroma: number, hue: number): [number, number, number] {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** Linear light to the screen's encoding. */
function gamma(value: number): number {
  const light = Math.min(1, Math.max(0, value));
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}
