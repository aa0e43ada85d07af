import { describe, expect, it } from 'vitest';
import { type ClipChoice, loadLabelledClipSets } from '../../datasets/clips/labelledClipSets.js';
import { HIDDEN, halved, occludedDigitsDataset } from '../../datasets/clips/occludedDigits.js';
import { labelBudget } from '../../datasets/images/labelBudgets.js';
import { imageAt, withValidation } from '../../datasets/images/labelledImages.js';
import { loadMnist } from '../../datasets/images/mnist.js';
import { UsageError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';

const SIDE = 28;
const PERIOD = 7;

describe('the dataset occluded-digits', () => {
  it('gives the same clip for the same split and number, longer or not', async () => {
    const clips = await occludedDigitsDataset.open();
    const first = clips('train', 0);
    expect((await occludedDigitsDataset.open())('train', 0)).toEqual(first);
    const short = clips('train', 0, 5);
    expect(first.frames.slice(0, 5)).toEqual(short.frames);
    expect(Object.keys(first.labels!)).toEqual(['label']);
    for (const other of [clips('train', 1), clips('test', 0), clips('validation', 0)])
      expect(other.latents).not.toEqual(first.latents);
  });

  it('hides the share of each frame that the card says, and all columns equally over seven frames', async () => {
    expect(occludedDigitsDataset.card.description).toContain('71 %');
    expect(HIDDEN).toBeCloseTo(0.714, 3);
    const clips = await occludedDigitsDataset.open();
    const ways = new Set<number>();
    for (let index = 0; index < 10; index++) {
      const { latents } = clips('test', index, PERIOD);
      const screen = required(latents, 'screen').map(([column]) => column!);
      ways.add((screen[1]! - screen[0]! + PERIOD) % PERIOD);
      const open = Array.from(
        { length: SIDE },
        (_, x) => screen.filter((first) => (x - first + PERIOD) % PERIOD < 2).length,
      );
      expect(new Set(open)).toEqual(new Set([2]));
    }
    expect(ways).toEqual(new Set([2, 5]));
  });

  it('shows through the slits what is behind them, and nothing beside', async () => {
    const { train, test } = await loadMnist();
    const sets = { ...withValidation(train), test };
    const clips = await occludedDigitsDataset.open();
    for (const split of ['train', 'test'] as const) {
      const pictures = halved(sets[split]);
      const { frames, latents, labels } = clips(split, 3, PERIOD);
      const matches = (picture: Uint8Array) =>
        frames.every(({ data }, t) => {
          const [left, top] = required(latents, 'position')[t]!.map(Math.floor) as [number, number];
          const first = required(latents, 'screen')[t]![0]!;
          return data.every((value, at) => {
            const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
            const [column, row] = [x - left, y - top];
            const inside = column >= 0 && column < 14 && row >= 0 && row < 14;
            const open = (x - first + PERIOD) % PERIOD < 2;
            return value === (inside && open ? picture[row * 14 + column] : 0);
          });
        });
      const found = Array.from({ length: pictures.count }, (_, n) => n).filter((n) =>
        matches(imageAt(pictures, n)),
      );
      expect(found).toHaveLength(1);
      expect(pictures.labels[found[0]!]).toBe(labels!.label);
    }
  });
});

describe('clips to classify', () => {
  const choice = (more: object = {}): ClipChoice => ({
    dataset: 'occluded-digits',
    labels: 20,
    draw: 1,
    clips: { train: 120, validation: 10, test: 12, frames: 4, order: 'true', ...more },
  });

  it('have a budget of labels, as many of each class, by the rule for pictures', async () => {
    const sets = await loadLabelledClipSets(choice());
    const { train, labelled, validation, test } = sets;
    expect(sets.description).toBe('occluded-digits, 20 labels (draw 1) of 120 clips of 4 frames');
    expect([train, validation, test].map(({ count }) => count)).toEqual([120, 10, 12]);
    expect(train.images).toHaveLength(120 * 4 * SIDE * SIDE);
    expect(labelled).toEqual(
      labelBudget(train.labels, { dataset: 'occluded-digits', labels: 20, draw: 1, classes: 10 }),
    );
    for (let label = 0; label < 10; label++)
      expect(labelled.filter((place) => train.labels[place] === label)).toHaveLength(2);
    const clip = (await occludedDigitsDataset.open())('test', 7, 4);
    const bytes = 4 * SIDE * SIDE;
    expect(test.images.subarray(7 * bytes, 8 * bytes)).toEqual(
      Uint8Array.from(clip.frames.flatMap(({ data }) => [...data])),
    );
    expect(test.labels[7]).toBe(clip.labels!.label);
    await expect(loadLabelledClipSets({ ...choice(), labels: 100 })).rejects.toThrow(UsageError);
  });

  it('are the same frames in another order when they are shuffled, the same every time', async () => {
    const sets = await loadLabelledClipSets(choice());
    const shuffled = await loadLabelledClipSets(choice({ order: 'shuffled' }));
    expect(shuffled.description).toContain('shuffled');
    expect(await loadLabelledClipSets(choice({ order: 'shuffled' }))).toEqual(shuffled);
    expect(shuffled.labelled).toEqual(sets.labelled);
    const framesOf = ({ images }: { images: Uint8Array }, n: number) =>
      [0, 1, 2, 3].map((t) =>
        Buffer.from(images.subarray((n * 4 + t) * 784, (n * 4 + t + 1) * 784)).toString('hex'),
      );
    let moved = 0;
    for (let n = 0; n < 12; n++) {
      const [before, after] = [framesOf(sets.test, n), framesOf(shuffled.test, n)];
      expect([...after].sort()).toEqual([...before].sort());
      if (after.join() !== before.join()) moved++;
    }
    expect(moved).toBeGreaterThan(6);
  });
});
