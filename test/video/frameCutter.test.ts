import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameCutter } from '../../src/video/reading/frameCutter.js';

test('cuts at any chunk boundaries into whole pieces in order, and loses nothing but the unfinished rest', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }),
      (size, chunks) => {
        const cutter = new FrameCutter(size);
        const pieces = chunks.flatMap((chunk) => [...cutter.push(chunk)]);
        const all = Buffer.concat(chunks);
        const whole = Math.floor(all.length / size);
        expect(pieces.length).toBe(whole);
        expect(pieces.every((piece) => piece.length === size)).toBe(true);
        expect(Buffer.concat(pieces)).toEqual(all.subarray(0, whole * size));
        expect(cutter.pending).toBe(all.length % size);
      },
    ),
  );
});

test('each piece owns its bytes: later chunks and changes of a chunk leave it alone', () => {
  const cutter = new FrameCutter(4);
  const chunk = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const pieces = [...cutter.push(chunk)];
  chunk.fill(9);
  expect(pieces.map((piece) => [...piece])).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
  expect(pieces.map((piece) => piece.buffer.byteLength)).toEqual([4, 4]);
});
