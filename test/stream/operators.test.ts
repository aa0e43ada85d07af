import fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { batch, clips, shuffle } from '../../src/stream/index.js';
import type { Frame } from '../../src/video/frame.js';

/** Frames of 2×1 pixels that carry their source and index, `counts[i]` of them from source i. */
function frames(counts: readonly number[]): Frame[] {
  return counts.flatMap((count, source) =>
    Array.from({ length: count }, (_, index) => ({
      data: Uint8Array.of(source, index),
      width: 2,
      height: 1,
      channels: 1 as const,
      time: index / 10,
      index,
      source: `file ${source}`,
    })),
  );
}

const counts = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 5 });

describe('clips', () => {
  it('cuts every source by itself, at every stride, keeping frames, times and order', async () => {
    await fc.assert(
      fc.asyncProperty(
        counts,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 12 }),
        async (n, length, stride) => {
          const cut = await lastValueFrom(from(frames(n)).pipe(clips({ length, stride }), toArray()));
          const expected = n.flatMap((count, source) => {
            const starts = [];
            for (let start = 0; start + length <= count; start += stride)
              starts.push(`file ${source} @${start}`);
            return starts;
          });
          expect(cut.map((c) => `${c.source} @${c.start}`)).toEqual(expected);
          for (const clip of cut) {
            expect(clip.shape).toEqual([length, 1, 2, 1]);
            const indices = Array.from({ length }, (_, t) => clip.start + t);
            expect([...clip.data].filter((_, i) => i % 2 === 1)).toEqual(indices);
            expect(clip.times).toEqual(indices.map((i) => i / 10));
          }
        },
      ),
    );
  });

  it('starts anew when the same file is read twice in a row', async () => {
    const twice = [...frames([5]), ...frames([5])];
    const cut = await lastValueFrom(from(twice).pipe(clips({ length: 3, stride: 3 }), toArray()));
    expect(cut.map((c) => c.start)).toEqual([0, 0]);
  });

  it('refuses lengths and strides that are no positive integers', () => {
    expect(() => clips({ length: 0 })).toThrow(RangeError);
    expect(() => clips({ length: 2, stride: 0.5 })).toThrow(RangeError);
  });
});

describe('shuffle', () => {
  it('gives every item exactly once, the same for the same seed, never later than the buffer allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 50 }),
        fc.nat(),
        async (n, size, seed) => {
          const items = Array.from({ length: n }, (_, i) => i);
          const order = () => lastValueFrom(from(items).pipe(shuffle({ size, seed }), toArray()));
          const [a, b] = [await order(), await order()];
          expect(a).toEqual(b);
          expect([...a].sort((x, y) => x - y)).toEqual(items);
          // Item i can leave only once items up to i have come in, that is, not before place i - size.
          a.forEach((item, place) => {
            expect(item - place).toBeLessThanOrEqual(size);
          });
        },
      ),
    );
  });

  it('mixes: with a large buffer neighbours rarely stay neighbours', async () => {
    const items = Array.from({ length: 1000 }, (_, i) => i);
    const out = await lastValueFrom(from(items).pipe(shuffle({ size: 1000, seed: 1 }), toArray()));
    const neighbours = out.filter((item, i) => out[i + 1] === item + 1).length;
    expect(neighbours).toBeLessThan(10);
  });
});

describe('batch', () => {
  it('stacks full batches and drops or pads the rest', async () => {
    const source = from(frames([7])).pipe(clips({ length: 1 }));
    const dropped = await lastValueFrom(source.pipe(batch(3), toArray()));
    expect(dropped.map((b) => b.clips.length)).toEqual([3, 3]);
    const padded = await lastValueFrom(source.pipe(batch(3, { last: 'pad' }), toArray()));
    expect(padded.map((b) => b.clips.length)).toEqual([3, 3, 1]);
    expect(padded[2]!.shape).toEqual([3, 1, 1, 2, 1]);
    expect([...padded[2]!.data]).toEqual([0, 6, 0, 6, 0, 6]);
  });
});
