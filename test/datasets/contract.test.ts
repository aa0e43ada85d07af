import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Clips, type DatasetClip, datasets, findDataset } from '../../datasets/index.js';
import { UsageError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import type { Split } from '../../src/stream/frameSource.js';

/** What every dataset in the registry promises. What is known of it from elsewhere is in the tests beside. */

const splits: readonly Split[] = ['train', 'validation', 'test'];
/** The first, some in between and the last of a split, as the card counts them. */
const someOf = (clips: number) => [...new Set([0, 1, 2, 3, Math.floor(clips / 2), clips - 1])];

/** All that a clip holds; frames may be drawn when they are looked at. */
const contentOf = ({ frames, latents, labels }: DatasetClip) => ({
  frames: frames.map(({ data, ...frame }) => ({ ...frame, data: digest(data) })),
  latents,
  labels,
});
const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Whole numbers that a text on labels names: `0 to 9`, `6 frog`. */
function labelsIn(text: string): readonly [number, number] | undefined {
  const range = /(\d+) to (\d+)/.exec(text);
  if (range) return [Number(range[1]), Number(range[2])];
  const all = text.split(', ').map((each) => Number.parseInt(each, 10));
  return all.every(Number.isInteger) ? [Math.min(...all), Math.max(...all)] : undefined;
}

it('no two datasets have one name', () => {
  expect(new Set(datasets.map(({ card }) => card.name)).size).toBe(datasets.length);
  expect(datasets.length).toBeGreaterThan(5);
});

/** Others need files that are not to be had here: ownedFiles.test.ts. */
const available = datasets.filter(({ card }) => card.files === undefined);

// The first time packages are fetched, as by the tests beside.
describe.each(available.map((dataset) => [dataset.card.name, dataset] as const))('%s', (name, dataset) => {
  const { card } = dataset;
  let clips: Clips;
  beforeAll(async () => {
    clips = await dataset.open();
  }, 600_000);

  it('has a whole card, and is found by its name', () => {
    expect(findDataset(name)).toBe(dataset);
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    for (const text of [card.title, card.description, card.source, card.licence, card.splits])
      expect(text).toMatch(/^[A-Z"].{2,}/s);
    for (const text of Object.values({ ...card.latentVariables, ...card.labels }))
      expect(text).toMatch(/\S{2,}/);
    for (const count of [card.rate, ...splits.map((split) => card.clips[split])])
      expect(count).toBeGreaterThan(0);
  });

  it('gives the same clip for the same number, however often, in whatever order and opened again', async () => {
    const again = await dataset.open();
    for (const split of splits) {
      const first = contentOf(clips(split, 1));
      clips(split, 0);
      expect(contentOf(clips(split, 1))).toEqual(first);
      expect(contentOf(again(split, 1))).toEqual(first);
      const shorter = contentOf(clips(split, 1, 2));
      expect(shorter.frames).toEqual(first.frames.slice(0, 2));
      expect(shorter.labels).toEqual(first.labels);
    }
  });

  it('gives clips as its card says: sizes, frames, times, latent variables and labels', () => {
    for (const split of splits)
      for (const index of someOf(card.clips[split])) {
        const { frames, latents, labels = {} } = clips(split, index);
        expect(frames).toHaveLength(card.framesPerClip);
        frames.forEach(({ data, width, height, channels, time, index: t }, at) => {
          expect([width, height, channels, t]).toEqual([card.width, card.height, card.channels, at]);
          expect(data).toBeInstanceOf(Uint8Array);
          expect(data).toHaveLength(card.width * card.height * card.channels);
          expect(time).toBeCloseTo(at / card.rate, 9);
        });
        expect(frames.some(({ data }) => new Set(data).size > 1)).toBe(true);
        expect(Object.keys(latents).sort()).toEqual(Object.keys(card.latentVariables).sort());
        for (const rows of Object.values(latents)) {
          expect(rows).toHaveLength(card.framesPerClip);
          expect(new Set(rows.map((row) => row.length)).size).toBe(1);
          expect(rows[0]!.length).toBeGreaterThan(0);
          for (const value of rows.flat()) expect(value).toSatisfy(Number.isFinite);
        }
        expect(Object.keys(labels).sort()).toEqual(Object.keys(card.labels ?? {}).sort());
        for (const [label, value] of Object.entries(labels)) {
          expect(value).toSatisfy(Number.isInteger);
          const [least, most] = labelsIn(required(card.labels!, label)) ?? [0, Number.POSITIVE_INFINITY];
          expect([value >= least, value <= most], `${label} ${value}`).toEqual([true, true]);
        }
      }
  });

  it('shows in no split a clip of another', () => {
    const seen = new Map<string, string>();
    for (const split of splits)
      for (let index = 0; index < Math.min(20, card.clips[split]); index++) {
        const { frames, latents } = clips(split, index, 2);
        // What was drawn for a clip, as well as what it looks like.
        const key = frames.map(({ data }) => digest(data)).join() + JSON.stringify(latents);
        expect(seen.get(key), `${split} ${index}`).toBeUndefined();
        seen.set(key, `${split} ${index}`);
      }
    expect(seen.size).toBe(3 * 20);
  });

  it('has the clips that its card counts; where there is an end, it says so in one line', () => {
    for (const split of splits) {
      const end = card.clips[split];
      expect(clips(split, end - 1, 1).frames).toHaveLength(1);
      try {
        // Generated ones go on.
        expect(clips(split, end, 1).frames).toHaveLength(1);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        expect((error as Error).message).toMatch(/^[^\n]*data\.clips\.[^\n]*$/);
      }
    }
  });
});
