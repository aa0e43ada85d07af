import fc from 'fast-check';

/** Code points that stand for half a character. */
const [HALVES, COUNT] = [0xd800, 0x800];

/**
 * Any character at all, control characters too: what `unit: 'binary'` of fast-check draws, without the second that it takes to look at
 * each of a million code points first.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat(0x10ffff - COUNT)
  .map((place) => String.fromCodePoint(place < HALVES ? place : place + COUNT));
