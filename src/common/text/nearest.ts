import { distance } from 'fastest-levenshtein';

/** No name here is longer; the edits of longer words would take the square of their length to count. */
const LONGEST = 64;

/**
 * The candidate with the fewest edits from `word`, if that is few enough to be a typing error.
 * @param most edits that are taken for one
 */
export function nearest(
  word: string,
  candidates: readonly string[],
  most = Math.max(2, Math.ceil(word.length / 2)),
): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let fewest = most + 1;
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}
