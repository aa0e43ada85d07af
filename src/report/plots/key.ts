/** One name of a key: what it stands for is drawn by whoever has the colours. */
export interface KeyEntry {
  readonly name: string;
  /** Left end of the sign, in pixels. */
  readonly x: number;
  /** Middle of the line, in pixels. */
  readonly y: number;
}

/** Pixels of the sign before a name, and between a name and the next sign. */
export const SIGN = 18;
const GAP = 18;
const ROW = 19;
/** Average width of a letter of 12.5 pixels in the bold of most faces. */
const LETTER = 7.4;
const LONGEST = 34;

/** Names set in rows of `width` pixels from `left`, the first row about `top`; the height of all rows. */
export function keyOf(
  names: readonly string[],
  { left, top, width }: { left: number; top: number; width: number },
): { entries: KeyEntry[]; height: number } {
  let [x, row] = [left, 0];
  const entries = names.map((full) => {
    const name = shorten(full);
    const wide = SIGN + 6 + [...name].length * LETTER;
    if (x > left && x + wide > left + width) [x, row] = [left, row + 1];
    const entry = { name, x, y: top + row * ROW };
    x += wide + GAP;
    return entry;
  });
  return { entries, height: names.length > 0 ? (row + 1) * ROW : 0 };
}

function shorten(name: string): string {
  const letters = [...name];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : name;
}
