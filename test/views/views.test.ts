import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import * as views from '../../src/views/index.js';
import { shapeOf } from '../../src/views/view.js';
import { batches, flat, frameOf, randomSamples, rows } from './samples.js';

/** Every view that keeps any image's shape, with settings that change it. */
const keeping: Record<string, views.View> = {
  shift: views.shift(2),
  flip: views.flip(),
  'flip top to bottom': views.flip(0.5, 'vertical'),
  cropResize: views.cropResize(),
  'turned upside down': views.rotate90([0, 2]),
  colourJitter: views.colourJitter({ brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.5 }),
  grey: views.grey(),
  noise: views.noise(30),
  normalised: views.normalised(),
  cutout: views.cutout(3),
  hideCentre: views.hideCentre(),
  hideBlocks: views.hideBlocks(),
  hideRegion: views.hideRegion(),
  sometimes: views.sometimes(0.5, views.shift(2)),
  stream: views.stream('own', views.noise(5)),
  compose: views.compose(views.cropResize(), views.shift(1), views.noise(9)),
};

/** The others, for clips of three frames of red, green and blue, 8 or 9 pixels each way. */
const changing: Record<string, views.View> = {
  rotate90: views.rotate90(),
  'crop to a size': views.cropResize({ size: { height: 3, width: 11 } }),
  patches: views.patches({ grid: 2, gap: 1, jitter: 1 }),
  toLab: views.toLab(),
  fromLab: views.fromLab(),
  oneColour: views.oneColour(),
  channels: views.channels(2, 0),
  order: views.order(views.permutations(3)),
  stride: views.stride(2, [1, 2]),
  perFrame: views.perFrame(views.compose(views.rotate90(), views.noise(4))),
  puzzle: views.compose(
    views.patches({ grid: 3 }),
    views.order(views.neighbours()),
    views.perFrame(views.oneColour()),
  ),
};

describe.each(Object.entries({ ...keeping, ...changing }))('%s', (name, view) => {
  const fitting = name in keeping ? batches() : batches({ colours: true, square: true, clips: false });
  const any = name in keeping ? fitting : fitting.map((samples) => clipOfThree(samples));

  it('follows from the seed, leaves what it reads alone, and gives a small batch the views of a large one', () => {
    fc.assert(
      fc.property(any, fc.nat(), (samples, seed) => {
        const before = [...samples.data];
        const { samples: seen, drawn } = views.see(view, samples, new Random(seed));
        expect([...samples.data]).toEqual(before);
        expect(seen).toEqual({ ...view.shape(shapeOf(samples)), count: samples.count, data: seen.data });
        const again = views.see(view, samples, new Random(seed));
        expect(again.samples).toEqual(seen);
        expect(flat(again.drawn)).toEqual(flat(drawn));
        // Into a buffer full of something else, and from what was drawn.
        const into = new Uint8Array(seen.data.length).fill(77);
        expect(views.apply(view, samples, drawn, into).data).toBe(into);
        expect([...into]).toEqual([...seen.data]);
        const first = {
          ...samples,
          count: 1,
          data: samples.data.subarray(0, samples.data.length / samples.count),
        };
        expect(rows(views.see(view, first, new Random(seed)).samples)[0]).toEqual(rows(seen)[0]);
      }),
      { numRuns: 15 },
    );
  });

  it('draws as many numbers for any sample', () => {
    const taken = (seed: number) => {
      const samples = randomSamples(3, { frames: 3, height: 8, width: 8, channels: 3 }, 1);
      const random = new Random(seed);
      let count = 0;
      const counted = Object.assign(Object.create(random) as Random, {
        uint32: () => {
          count++;
          return random.uint32();
        },
      });
      Object.defineProperty(counted, 'state', { value: random.state });
      views.draw(view, samples, counted);
      return count;
    };
    const counts = new Set(Array.from({ length: 20 }, (_, seed) => taken(seed)));
    expect(counts.size).toBe(1);
  });
});

/** Three frames of an image that differ. */
function clipOfThree(images: views.Samples): views.Samples {
  const side = 8 + (images.height % 2);
  return randomSamples(images.count, { frames: 3, height: side, width: side, channels: 3 }, images.data[0]!);
}

describe('views of clips', () => {
  it.each(Object.entries(keeping))('%s does to every frame what it does to an image', (_name, view) => {
    fc.assert(
      fc.property(batches({ clips: true }), fc.nat(), (samples, seed) => {
        const { samples: seen, drawn } = views.see(view, samples, new Random(seed));
        for (let frame = 0; frame < samples.frames; frame++) {
          const image = frameOf(samples, frame);
          expect(rows(views.apply(view, image, drawn))).toEqual(rows(frameOf(seen, frame)));
          expect(flat(views.draw(view, image, new Random(seed)))).toEqual(flat(drawn));
        }
      }),
      { numRuns: 10 },
    );
  });

  it('differ by frame with perFrame, as images one by one would', () => {
    const clips = randomSamples(2, { frames: 3, height: 6, width: 6, channels: 1 }, 3);
    const images = { ...clips, count: 6, frames: 1 };
    const view = views.compose(views.rotate90(), views.noise(9));
    const byFrame = views.see(views.perFrame(view), clips, new Random(5));
    expect(byFrame.samples.data).toEqual(views.see(view, images, new Random(5)).samples.data);
    expect(byFrame.drawn[0].turns).toHaveLength(6);
  });
});
