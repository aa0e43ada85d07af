import fc from 'fast-check';
import { expect, it } from 'vitest';
import { heldSource } from '../../src/data/heldSource.js';
import type { FrameSource, Split } from '../../src/stream/frameSource.js';
import type { Frame } from '../../src/video/frame.js';

const VALUES = 6;
const never = new AbortController().signal;

/** A source that says how often each split was opened, and states `stated` frames of each. */
function source(frames: number, stated: Partial<Record<Split, number>>, more: Partial<FrameSource> = {}) {
  const opened: Split[] = [];
  const whole: FrameSource = {
    description: 'frames',
    frames: stated,
    open: async function* (split) {
      opened.push(split);
      // As of a decoder: several frames in one buffer.
      const buffer = new Uint8Array(VALUES * frames);
      for (let index = 0; index < frames; index++) {
        const data = buffer.subarray(index * VALUES, (index + 1) * VALUES).fill(index + split.length);
        yield { data, width: 3, height: 2, channels: 1, time: index / 25, index, source: split };
      }
    },
    ...more,
  };
  return { whole, opened };
}

async function read(
  from: FrameSource,
  split: Split,
  { most = Number.POSITIVE_INFINITY, signal = never } = {},
) {
  const frames: Frame[] = [];
  for await (const frame of from.open(split, signal)) {
    frames.push(frame);
    if (frames.length === most) break;
  }
  return frames;
}

const all = (frames: number) => ({ train: frames, validation: frames, test: frames });

it('gives the same frames pass after pass, and reads each split once', async () => {
  const sizes = fc.record({
    frames: fc.integer({ min: 0, max: 200 }),
    passes: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ frames, passes }) => {
      const { whole, opened } = source(frames, all(frames));
      const held = heldSource(whole, VALUES);
      for (const split of ['train', 'test'] as const) {
        const first = await read(whole, split);
        for (let pass = 0; pass < passes; pass++) expect(await read(held, split)).toEqual(first);
      }
      expect(opened).toEqual(['train', 'train', 'test', 'test']);
    }),
    { numRuns: 30 },
  );
});

it('reads again what was not read to its end', async () => {
  const { whole, opened } = source(20, all(20));
  const held = heldSource(whole, VALUES);
  expect(await read(held, 'train', { most: 5 })).toHaveLength(5);
  expect(await read(held, 'train')).toHaveLength(20);
  expect(await read(held, 'train')).toHaveLength(20);
  expect(opened).toEqual(['train', 'train']);
});

it('holds nothing of a source that was stopped, and stops where it gives what it holds', async () => {
  const stop = new AbortController();
  const { whole, opened } = source(300, all(300));
  const held = heldSource(whole, VALUES);
  const frames: Frame[] = [];
  for await (const frame of held.open('train', stop.signal)) {
    frames.push(frame);
    if (frames.length === 299) stop.abort();
  }
  expect(await read(held, 'train')).toHaveLength(300);
  expect(opened).toHaveLength(2);
  const later = new AbortController();
  let given = 0;
  for await (const _ of held.open('train', later.signal)) if (++given === 100) later.abort();
  expect(given).toBe(100);
});

it.each([
  ['too long', 100, all(100), {}],
  ['of unknown length', 10, { train: 10, validation: 10 }, {}],
  ['without an end', 10, all(Number.POSITIVE_INFINITY), {}],
  ['read once', 10, all(10), { once: true }],
])('leaves a source alone that is %s', (_, frames, stated, more) => {
  const { whole } = source(frames, stated, more);
  expect(heldSource(whole, VALUES, { most: 100 * VALUES })).toBe(whole);
});

it('does not hold more than it should where a file states too few frames', async () => {
  const { whole, opened } = source(100, all(1));
  const held = heldSource(whole, VALUES, { most: 50 * VALUES });
  expect(await read(held, 'train')).toHaveLength(100);
  expect(await read(held, 'train')).toHaveLength(100);
  expect(opened).toHaveLength(2);
});
