/**
 * A size that depends on the open ones, such as `batch·time + 1`: a coefficient for each set of open sizes that are multiplied. Bit i of
 * its place says whether open size i is among them; place 0 is the part that is always there.
 */
export type Size = readonly number[];

/**
 * The size that takes these values at the corners of a recording.
 * @param values at every corner: at place p, open size i is `first[i] + 1` where bit i of p is set, and `first[i]` elsewhere
 * @param first what the open sizes were in the first recording
 */
export function fitSize(values: readonly number[], first: readonly number[]): Size {
  const size = [...values];
  first.forEach((start, i) => {
    const bit = 1 << i;
    for (let place = 0; place < size.length; place++) {
      if ((place & bit) !== 0) continue;
      const slope = size[place + bit]! - size[place]!;
      size[place] = size[place]! - slope * start;
      size[place + bit] = slope;
    }
  });
  return size;
}

/** What a size is when the open ones are these. */
export function sizeAt(size: Size, open: readonly number[]): number {
  return size.reduce((sum, factor, place) => {
    const among = open.filter((_, i) => (place & (1 << i)) !== 0);
    return sum + among.reduce((product, value) => product * value, factor);
  }, 0);
}

/** Whether it is the same whatever the open sizes are. */
export function isFixed(size: Size): boolean {
  return size.every((factor, place) => place === 0 || factor === 0);
}

/** Which open sizes a part of a size multiplies, by its place. */
export function namesAt(place: number, open: readonly string[]): string[] {
  return open.filter((_, i) => (place & (1 << i)) !== 0);
}

/** As a number, or as text of the open sizes' names: `batch`, `2*batch`, `batch*time`, `time + 1`. */
export function shownSize(size: Size, open: readonly string[]): number | string {
  if (isFixed(size)) return size[0]!;
  const parts = size.flatMap((factor, place) => {
    if (factor === 0 || place === 0) return [];
    const names = namesAt(place, open).join('*');
    return [factor === 1 ? names : `${factor}*${names}`];
  });
  const [constant] = size as [number];
  return [...parts, ...(constant === 0 ? [] : [String(constant)])].join(' + ').replaceAll('+ -', '- ');
}
