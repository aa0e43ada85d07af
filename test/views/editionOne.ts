import type { Random } from '../../src/common/random.js';

export interface Augmentation {
  readonly translate: number;
  readonly flip: boolean;
}

/**
 * Each picture moved and mirrored by chance, as is usual on CIFAR-10 (Laine & Aila, arXiv 1610.02242: translations of up to two
 * pixels and horizontal flips).
 * @param pictures `[n, side, side, channels]`, left as they are
 * @param augmentation `translate` less than `side`
 * @param random every picture takes as many numbers, whatever they say
 */
export function augment(
  pictures: Uint8Array,
  { side, channels }: { readonly side: number; readonly channels: number },
  { translate, flip }: Augmentation,
  random: Random,
): Uint8Array {
  const bytes = side * side * channels;
  const changed = new Uint8Array(pictures.length);
  for (let start = 0; start < pictures.length; start += bytes) {
    const down = random.integer(2 * translate + 1) - translate;
    const right = random.integer(2 * translate + 1) - translate;
    const mirrored = random.integer(2) === 1 && flip;
    const columns = Array.from({ length: side }, (_, x) =>
      reflected((mirrored ? side - 1 - x : x) + right, side),
    );
    for (let y = 0; y < side; y++) {
      const row = start + reflected(y + down, side) * side * channels;
      columns.forEach((column, x) => {
        const from = row + column * channels;
        const to = start + (y * side + x) * channels;
        for (let c = 0; c < channels; c++) changed[to + c] = pictures[from + c]!;
      });
    }
  }
  return changed;
}

/** A place outside of 0 … side − 1 mirrored at the border pixel, which is not repeated. */
function reflected(place: number, side: number): number {
  if (place < 0) return -place;
  return place < side ? place : 2 * (side - 1) - place;
}
