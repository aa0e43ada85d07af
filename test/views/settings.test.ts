import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import * as views from '../../src/views/index.js';
import { augment } from './editionOne.js';
import { flat, randomSamples } from './samples.js';

describe('settings of views', () => {
  it('translate and flip exactly as before: the same draws, the same bytes', () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 0, max: 5 }),
          side: fc.integer({ min: 1, max: 33 }),
          channels: fc.integer({ min: 1, max: 4 }),
          translate: fc.integer({ min: 0, max: 16 }),
          flip: fc.boolean(),
          seed: fc.integer(),
        }),
        ({ count, side, channels, flip, seed, ...given }) => {
          const translate = Math.min(given.translate, side - 1);
          const samples = randomSamples(count, { frames: 1, height: side, width: side, channels }, seed);
          const [before, after] = [Random.for(seed, 'augmentation/1'), Random.for(seed, 'augmentation/1')];
          const expected = augment(samples.data, { side, channels }, { translate, flip }, before);
          const view = views.viewOf(views.augmentationViews.parse({ translate, flip }));
          const { data } = views.see(view, samples, after).samples;
          expect(Buffer.from(data).equals(Buffer.from(expected))).toBe(true);
          expect(after.state).toEqual(before.state);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('have defaults that change nothing, and strict keys', () => {
    const none = views.augmentationViews.parse({});
    expect(none).toMatchObject({ translate: 0, flip: false });
    expect(views.changesSamples(none)).toBe(false);
    const samples = randomSamples(3, { frames: 2, height: 5, width: 7, channels: 2 }, 1);
    expect(views.see(views.viewOf(none), samples, new Random(1)).samples).toEqual(samples);
    expect(() => views.augmentationViews.parse({ rotate: 3 })).toThrow('Unrecognized key');
    expect(() => views.augmentationViews.parse({ crop: { area: [0.5, 0.2] } })).toThrow('must not be larger');
  });

  const each = {
    translate: 2,
    flip: true,
    crop: {},
    turn: true,
    colour: {},
    grey: 0.5,
    noise: 9,
    cutout: 3,
  } as const;

  /** In the order of what is drawn; `shift` is of translate. */
  const drawing = ['crop', 'translate', 'flip', 'turn', 'colour', 'grey', 'noise', 'cutout'] as const;

  it.each(drawing)("%s changes samples, and leaves the others' draws alone", (key) => {
    const samples = randomSamples(16, { frames: 1, height: 8, width: 8, channels: 3 }, 1);
    const viewOf = (settings: object) => views.viewOf(views.augmentationViews.parse(settings));
    const alone = views.augmentationViews.parse({ [key]: each[key] });
    expect(views.changesSamples(alone)).toBe(true);
    expect(views.see(views.viewOf(alone), samples, new Random(1)).samples.data).not.toEqual(samples.data);
    const drawn = (settings: object) =>
      (views.draw(viewOf(settings), samples, new Random(1)) as readonly unknown[]).map(flat);
    const { [key]: _, ...others } = each;
    const [all, without] = [drawn(each), drawn(others)];
    expect(all).toHaveLength(drawing.length);
    // Shift and flip always draw: without the setting they draw that they do nothing.
    const stays =
      key === 'translate' || key === 'flip' ? (place: number) => drawing[place] !== key : () => true;
    const expected = all.filter((_, place) => drawing[place] !== key);
    expect(without.filter((_, place) => stays(place))).toEqual(expected);
  });
});
