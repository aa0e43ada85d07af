/** For each place written, which places are read and with which weights. */
export interface Taps {
  /** The same number for all; those not needed weigh 0. */
  readonly count: number;
  /** From one tap to the next. */
  readonly step: number;
  readonly first: Int32Array;
  readonly weights: Float32Array;
}

/** Room for the taps of `written` places, of so many values each, from up to `read` ones. */
export function tapsFor(read: number, written: number, values = 1): Taps {
  const count = Math.min(read, 2 * Math.ceil(Math.max(1, read / written)) + (read > written ? 1 : 0));
  return {
    count,
    step: values,
    first: new Int32Array(values * written),
    weights: new Float32Array(values * count * written),
  };
}

/**
 * Bilinear interpolation between pixel centres; where the result is smaller, the triangle is as wide as a new pixel, so that nothing aliases
 * (as Pillow's `resize(…, BILINEAR)`).
 * @param start the part that is read is `start … start + read − 1`
 * @param side places that there are to read: all taps lie in them, those outside of the part weigh 0
 */
export function fillTaps({ count, first, weights }: Taps, start: number, read: number, side: number): void {
  const written = first.length;
  const scale = read / written;
  const support = Math.max(1, scale);
  for (let place = 0; place < written; place++) {
    const centre = (place + 0.5) * scale - 0.5;
    const from = Math.min(Math.max(0, Math.floor(centre - support) + 1), side - start - count);
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      const at = from + tap;
      const weight = at >= 0 && at < read ? Math.max(0, 1 - Math.abs(at - centre) / support) : 0;
      weights[place * count + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < count; tap++) weights[place * count + tap]! /= sum;
    first[place] = start + from;
  }
}
