import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import * as views from '../../src/views/index.js';
import { frameOf, randomSamples, rows } from './samples.js';

/** What the methods to come feed and learn, as they would ask for it: for step 12 of the run with seed 1. */
const random = () => Random.for(1, 'views/12');
const images = randomSamples(6, { frames: 1, height: 32, width: 32, channels: 3 }, 1);
const clips = randomSamples(6, { frames: 8, height: 16, width: 16, channels: 3 }, 1);

describe('what methods ask of views', () => {
  it('rotation: all four turns, 4 classes', () => {
    const { samples, turns } = views.allTurns(images);
    expect(samples.data).toHaveLength(4 * images.data.length);
    expect(turns).toHaveLength(24);
  });

  it('context: the centre and one of eight neighbours, each in one colour; chance 1/8', () => {
    const context = views.compose(
      views.patches({ grid: 3, gap: 2, jitter: 1 }),
      views.order(views.neighbours()),
      views.perFrame(views.oneColour()),
    );
    const { samples, drawn } = views.see(context, images, random());
    const [, { order: target }] = drawn;
    expect(samples).toMatchObject({ count: 6, frames: 2, height: 7, width: 7, channels: 3 });
    expect(Math.max(...target)).toBeLessThan(8);
    // Patches of 7 pixels with 2 to move in, every 11 pixels.
    const [{ places }] = drawn;
    for (let i = 0; i < 6; i++) {
      const piece = views.neighbours()[target[i]!]![1]!;
      const [top, left] = [places[18 * i + 2 * piece]!, places[18 * i + 2 * piece + 1]!];
      expect([Math.floor(top / 11), Math.floor(left / 11)]).toEqual([Math.floor(piece / 3), piece % 3]);
    }
  });

  it('jigsaw: nine normalised patches in one of many orders', () => {
    const orders = views.distantOrders(9, 16, 1);
    const jigsaw = views.compose(
      views.patches({ grid: 3, gap: 2, jitter: 1 }),
      views.normalised(),
      views.order(orders),
    );
    const { samples, drawn } = views.see(jigsaw, images, random());
    const { order: target } = drawn[2];
    // Sorted back, the pieces are those of the view without the order.
    const sorted = orders.map((order) => order.map((_, piece) => order.indexOf(piece)));
    const solved = views.apply(views.order(sorted), samples, { order: target });
    const { patches, normalised } = views;
    const unsorted = views.compose(patches({ grid: 3, gap: 2, jitter: 1 }), normalised());
    expect(rows(solved)).toEqual(rows(views.apply(unsorted, images, [drawn[0], {}])));
  });

  it('inpainting: the rest, the mask, and the whole', () => {
    const { samples: rest, drawn } = views.see(views.hideRegion(), images, random());
    const { masks } = drawn;
    expect(masks).toHaveLength(6 * 32 * 32);
    const seen = images.data.map((value, k) => (masks[Math.floor(k / 3)] ? 128 : value));
    expect(rest.data).toEqual(seen);
  });

  it("mean teacher: the student's view and the teacher's, of the same images", () => {
    const view = views.viewOf(views.augmentationViews.parse({ translate: 2, flip: true }));
    const { student, teacher } = views.each({ student: view, teacher: view })(images, random());
    expect(student.samples.data).not.toEqual(teacher.samples.data);
    // Whether there is a teacher changes nothing for the student.
    expect(views.each({ student: view })(images, random()).student.samples).toEqual(student.samples);
  });

  it('Π-model: the flip is shared, the shift is not', () => {
    const flipped = views.see(views.flip(), images, random()).samples;
    const [first, second] = views.several(2, views.shift(2))(flipped, random());
    expect(first!.drawn.offsets).not.toEqual(second!.drawn.offsets);
    const back = views.apply(views.shift(2), flipped, first!.drawn);
    expect(rows(back)).toEqual(rows(first!.samples));
  });

  it('FixMatch: a weak view and a strong one', () => {
    const weak = views.compose(views.flip(), views.shift(4));
    const strong = views.compose(
      weak,
      views.sometimes(0.8, views.colourJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })),
      views.cutout(16),
    );
    const seen = views.each({ weak, strong })(images, random());
    expect(seen.strong.samples.data).not.toEqual(seen.weak.samples.data);
    expect(seen.strong.drawn[1].taken).toHaveLength(6);
  });

  it('MixMatch: two guesses of each image, and with whom it is mixed', () => {
    const view = views.compose(views.flip(), views.shift(4));
    const guesses = views.several(2, view)(images, random());
    const { partner, weight } = views.drawMixes(12, 0.75, random(), { ownFirst: true });
    expect([guesses.length, partner.length]).toEqual([2, 12]);
    expect(Math.min(...weight)).toBeGreaterThanOrEqual(0.5);
  });

  it('split-brain: lightness and colours, of one crop', () => {
    const crop = views.compose(views.cropResize(), views.flip());
    const seen = views.see(views.compose(crop, views.toLab()), images, random()).samples;
    const light = views.apply(views.channels(0), seen, {});
    const colours = views.apply(views.channels(1, 2), seen, {});
    expect([light.channels, colours.channels]).toEqual([1, 2]);
  });

  it('space-time puzzle: four cells of clips, in space or in time, 24 orders', () => {
    const space = views.compose(views.patches({ grid: 2, jitter: 1 }), views.order(views.permutations(4)));
    const time = views.order(views.permutations(4));
    const cells = views.see(space, clips, random()).samples;
    expect(cells).toMatchObject({ frames: 4 * 8, height: 6, width: 6 });
    const { samples, drawn } = views.see(time, clips, random());
    const first = views.permutations(4)[drawn.order[2]!]![0]!;
    // The first of four pieces, two frames each.
    expect(rows(frameOf(samples, 1))[2]).toEqual(rows(frameOf(clips, 2 * first + 1))[2]);
  });

  it('order of frames: forwards or backwards, from any stride', () => {
    const view = views.compose(views.stride(4, [1, 2]), views.order(views.reversal(4)));
    const { samples, drawn } = views.see(view, clips, random());
    const [{ start, stride }, { order: backwards }] = drawn;
    for (let i = 0; i < 6; i++) {
      const frame = start[i]! + (backwards[i] ? 3 * stride[i]! : 0);
      expect(rows(frameOf(samples, 0))[i]).toEqual(rows(frameOf(clips, frame))[i]);
    }
  });
});
