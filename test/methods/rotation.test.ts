import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMnist } from '../../datasets/images/mnist.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { type SampleConfig, sampleConfig } from '../../src/config/sampleConfig.js';
import { type Engine, openInlineEngine } from '../../src/engine/engine.js';
import { openClassifier } from '../../src/library/reporting/imageClassifier.js';
import { rotation } from '../../src/methods/rotation.js';
import { createNetwork } from '../../src/models/index.js';
import { environmentOf } from '../../src/runs/environment.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import type { ClassifiedImages, SampleData } from '../../src/samples/sampleData.js';
import tf, { type Tensor4D } from '../../src/tensorflow/backend/tf.js';

/** Images in a step; each is shown in four turns. */
const IMAGES = 12;

const config = (batch = 10): SampleConfig =>
  sampleConfig.parse({
    name: 'turns',
    data: { dataset: 'mnist' },
    model: { name: 'cnn', blocks: [{ filters: 8 }, { filters: 16 }, { filters: 32 }] },
    method: { name: 'rotation' },
    training: { unlabelled: IMAGES, steps: 1 },
    evaluation: { batch },
  });

function setOf(side: number, images: Uint8Array, channels = 1): ClassifiedImages {
  const count = images.length / (side * side * channels);
  return { count, side, channels, images, labels: new Uint8Array(count) };
}

function noise(count: number, side: number, channels: number, seed: number): ClassifiedImages {
  const random = new Random(seed);
  const values = Uint8Array.from({ length: count * side * side * channels }, () => random.integer(256));
  return setOf(side, values, channels);
}

function dataOf(train: ClassifiedImages, validation = train): SampleData {
  return { description: 'images', classes: [], train, labelled: [], validation, test: validation };
}

const batchesOf = (data: SampleData) => {
  const { method: settings, training } = config();
  return rotation.batches({ settings: settings as { name: 'rotation' }, data, seed: 1, training });
};

const imageOf = ({ side, channels }: ClassifiedImages) => ({ height: side, width: side, channels });

async function validationError(engine: Engine, set: ClassifiedImages): Promise<number> {
  return (await rotation.validate(engine, set, { classes: 0, network: 'student' })).error;
}

/** @returns error on `held`, in percent, and the losses of the steps */
async function learn(train: ClassifiedImages, held: ClassifiedImages, steps: number) {
  const engine = await openInlineEngine({ samples: config(), image: imageOf(train) });
  try {
    const batches = batchesOf(dataOf(train));
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const { entry, feeds } = batches.batch(step);
      const { loss } = await engine.run(entry, { ...feeds, learningRate: 0.01 });
      losses.push(loss!.data[0]!);
    }
    return { error: await validationError(engine, held), losses };
  } finally {
    await engine.dispose();
  }
}

/** A quarter turn against the clock, pixel by pixel: the row of a pixel is how far it was from the right. */
function turnLeft(image: Uint8Array, side: number, channels: number): Uint8Array {
  const out = new Uint8Array(image.length);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < channels; c++)
        out[((side - 1 - x) * side + y) * channels + c] = image[(y * side + x) * channels + c]!;
  return out;
}

describe('rotation', () => {
  it('shows each image of a batch in all four turns, pixel for pixel, and knows the turn of each', () => {
    const side = 5;
    const set = noise(30, side, 3, 1);
    const { images, turns } = batchesOf(dataOf(set)).batch(0).feeds as Record<string, Uint8Array>;
    const bytes = side * side * 3;
    const hex = (image: Uint8Array) => Buffer.from(image).toString('hex');
    const found = new Map<string, string>();
    for (let place = 0; place < set.count; place++) {
      let image: Uint8Array = set.images.slice(place * bytes, (place + 1) * bytes);
      for (let turn = 0; turn < 4; turn++) {
        found.set(hex(image), `${place} turned ${turn}`);
        image = turnLeft(image, side, 3);
      }
    }
    const shown = Array.from({ length: 4 * IMAGES }, (_, at) =>
      found.get(hex(images!.subarray(at * bytes, (at + 1) * bytes))),
    );
    expect(images).toHaveLength(4 * IMAGES * bytes);
    expect(new Set(shown).size).toBe(4 * IMAGES);
    expect(new Set(shown.map((each) => each!.split(' ')[0])).size).toBe(IMAGES);
    expect(shown.map((each) => Number(each!.at(-1)))).toEqual([...turns!]);
  });

  it('is wrong three times out of four where images look the same from all sides', async () => {
    const side = 8;
    const around = noise(23, side, 1, 2).images.map((_, at, all) => {
      const [image, y, x] = [Math.floor(at / 64), Math.floor(at / side) % side, at % side];
      // The ring that a pixel lies on: the same for all four turns of it.
      return all[image * 64 + Math.min(y, x, side - 1 - y, side - 1 - x)]!;
    });
    const { error } = await learn(setOf(side, around), setOf(side, around), 10);
    expect(error).toBeCloseTo(75, 10);
  });

  it('finds nothing to learn in noise', async () => {
    const { error } = await learn(noise(200, 8, 1, 3), noise(200, 8, 1, 4), 40);
    // 800 answers: three standard deviations are 4.6 %.
    expect(Math.abs(error - 75)).toBeLessThan(6);
  });

  it('learns how digits stand in some tens of steps', { timeout: 600_000 }, async () => {
    const { train } = await loadMnist();
    const digits = (from: number, to: number) => setOf(28, train.images.subarray(from * 784, to * 784));
    const { error, losses } = await learn(digits(0, 600), digits(600, 700), 60);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    // Chance: a loss of log 4 = 1.39, and 75 % wrong.
    expect(mean(losses.slice(0, 5))).toBeGreaterThan(1);
    expect(mean(losses.slice(-10))).toBeLessThan(0.8);
    expect(error).toBeLessThan(50);
  });

  it('counts each held-out image once, however many are looked at side by side', async () => {
    const { train } = await loadMnist();
    const digits = setOf(28, train.images.subarray(0, 23 * 784));
    const errors: number[] = [];
    for (const batch of [1, 10, 23, 40]) {
      const engine = await openInlineEngine({ samples: config(batch), image: imageOf(digits) });
      errors.push(await validationError(engine, digits));
      await engine.dispose();
    }
    expect(new Set(errors).size).toBe(1);
  });

  it('takes the moments of its first batch for statistics, then a moving average', async () => {
    const set = noise(50, 8, 1, 5);
    const settings = config();
    const { encoder } = createNetwork(settings.model, imageOf(set));
    const engine = await openInlineEngine({ samples: settings, image: imageOf(set) });
    const batches = batchesOf(dataOf(set));
    expect(encoder!.statistics.length).toBeGreaterThan(0);
    let expected: Record<string, number[]> = {};
    for (let step = 0; step < 3; step++) {
      const parameters = Object.fromEntries(
        Object.entries(await engine.state())
          .filter(([, { data }]) => data instanceof Float32Array)
          .map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
      );
      const { entry, feeds } = batches.batch(step);
      const images = tf.div(tf.tensor(feeds.images as Uint8Array, [4 * IMAGES, 8, 8, 1], 'float32'), 255);
      const { moments } = encoder!.encode(parameters, images as Tensor4D, { training: true });
      const before = expected;
      expected = Object.fromEntries(
        Object.entries(moments).map(([name, moment]) => {
          // The mean of all batches so far.
          const values = [...moment.dataSync()].map(
            (value, i) => value / (step + 1) + (before[name]?.[i] ?? 0) * (step / (step + 1)),
          );
          return [name, values];
        }),
      );
      await engine.run(entry, { ...feeds, learningRate: 0.01 });
      const state = await engine.state();
      for (const name of encoder!.statistics)
        required(state, name).data.forEach((value, i) => {
          expect(value, name).toBeCloseTo(required(expected, name)[i]!, 4);
        });
    }
    await engine.dispose();
  });

  it.each([
    [{ training: { unlabelled: 0, steps: 1 } }, /learns from images without a label: it needs some/],
    [{ data: { dataset: 'occluded-digits', clips: {} } }, /learns from single images/],
    [{ training: { augmentation: { flip: true }, steps: 1 } }, /own views of the images/],
    [{ training: { labelsFirst: 3, steps: 1 } }, /learns from no labels/],
  ])('refuses %j', (more, message) => {
    expect(() => sampleConfig.parse({ ...config(), ...more })).toThrow(message);
  });

  it('is no classifier: what needs one says so in one line', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'foreframe-rotation-')), 'run');
    const engine = await openInlineEngine({ samples: config(), image: imageOf(noise(1, 8, 1, 6)) });
    await RunFolder.create(folder, config(), environmentOf(config(), engine.tensorflow));
    await engine.dispose();
    await expect(openClassifier(folder)).rejects.toThrow(
      /was trained with model cnn and method rotation: this needs a classifier of images with model nrm$/,
    );
  });
});
