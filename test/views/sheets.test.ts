import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import * as views from '../../src/views/index.js';
import { expectPicture } from '../pictureSnapshot.js';
import { gradient, scene, sheet } from './scene.js';

const SIDE = 32;

/** The scene and all colours. */
const images = batch(1, [scene(SIDE), gradient(SIDE)]);
/** The sun moves. */
const clips = batch(
  6,
  [0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => scene(SIDE, at)),
);

function batch(frames: number, all: readonly Uint8Array[]): views.Samples {
  return {
    count: all.length / frames,
    frames,
    height: SIDE,
    width: SIDE,
    channels: 3,
    data: Buffer.concat(all),
  };
}

const { compose, perFrame } = views;
const cut = views.patches({ grid: 3, gap: 2, jitter: 1 });

/** First the samples, then six views of them. */
const ofImages: Record<string, views.View> = {
  shift: views.shift(6),
  flip: views.flip(),
  'crop-resize': views.cropResize(),
  'rotate-90': views.rotate90(),
  'colour-jitter': views.colourJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.8, hue: 0.2 }),
  brightness: views.colourJitter({ brightness: 0.6 }),
  contrast: views.colourJitter({ contrast: 0.8 }),
  saturation: views.colourJitter({ saturation: 1 }),
  hue: views.colourJitter({ hue: 0.5 }),
  'sometimes-grey': views.sometimes(0.5, views.grey()),
  noise: views.noise(25),
  normalised: compose(views.colourJitter({ brightness: 0.6, contrast: 0.8 }), views.normalised()),
  'one-colour': views.oneColour(),
  cutout: views.cutout(12),
  'hide-centre': views.hideCentre(),
  'hide-blocks': views.hideBlocks(),
  'hide-region': views.hideRegion(),
  'settings-of-all': views.viewOf(
    views.augmentationViews.parse({
      crop: {},
      translate: 2,
      flip: true,
      turn: true,
      colour: {},
      grey: 0.2,
      noise: 8,
      cutout: 8,
    }),
  ),
};

/** First the samples, then two views of them. */
const ofParts: Record<string, readonly [views.View, views.Samples]> = {
  patches: [cut, images],
  context: [compose(cut, views.order(views.neighbours()), perFrame(views.oneColour())), images],
  jigsaw: [
    compose(
      cut,
      views.normalised(),
      views.order([
        [8, 7, 6, 5, 4, 3, 2, 1, 0],
        [4, 2, 7, 0, 8, 5, 1, 3, 6],
      ]),
    ),
    images,
  ],
  lab: [compose(views.toLab(), views.channels(0)), images],
  ab: [compose(views.toLab(), views.channels(1, 2)), images],
  'back-from-lab': [compose(views.toLab(), views.fromLab()), images],
  reversal: [views.order(views.reversal(6)), clips],
  'frame-order': [views.order(views.permutations(3), 3), clips],
  stride: [views.stride(3, [1, 2]), clips],
  'clip-all-alike': [compose(views.cropResize(), views.colourJitter({ hue: 0.3 }), views.noise(10)), clips],
  'clip-by-frame': [
    perFrame(compose(views.cropResize(), views.colourJitter({ hue: 0.3 }), views.noise(10))),
    clips,
  ],
};

describe('views to look at', () => {
  it.each(Object.entries(ofImages))('%s', async (name, view) => {
    const six = views.several(6, view)(images, new Random(1));
    await expectPicture(await sheet(images, ...six.map(({ samples }) => samples)), name);
  });

  it.each(Object.entries(ofParts))('%s', async (name, [view, samples]) => {
    const two = views.several(2, view)(samples, new Random(3));
    await expectPicture(await sheet(samples, ...two.map((seen) => seen.samples)), name);
  });

  it('all four turns', async () => {
    const { samples, turns } = views.allTurns(batch(1, [scene(SIDE)]));
    expect([...turns]).toEqual([0, 1, 2, 3]);
    await expectPicture(await sheet({ ...samples, count: 1, frames: 4 }), 'all-turns');
  });
});
