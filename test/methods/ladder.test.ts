import { beforeAll, describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';
import { firstStep, NORMALISED, PLAIN, pipelineOf, stepsOf } from './methodSteps.js';

beforeAll(() => loadTensorFlow({ precision: 'full' }));

const DENSE = { name: 'mlp', units: [12, 8, 6] };
const quiet = { name: 'ladder', noise: 0 };
const standing = { learningRate: 0 };

/** Combinators that give back what they are given: v = 1, μ = 0. */
function seeingThrough(state: Named<HostArray>): Named<HostArray> {
  return Object.fromEntries(
    Object.entries(state).map(([name, array]) => {
      if (!name.startsWith('method/combine.')) return [name, array];
      const channels = array.shape[1]!;
      // Only a₁₀, the last of them, is 1.
      const data = Float32Array.from({ length: 10 * channels }, (_, at) => (at >= 9 * channels ? 1 : 0));
      return [name, { ...array, data }];
    }),
  );
}

/** Mean of the squares of what a step was fed. */
function meanSquare(images: Uint8Array): number {
  return images.reduce((sum, value) => sum + (value / 255) ** 2, 0) / images.length;
}

describe('ladder', () => {
  it.each([
    ['mlp', DENSE],
    ['cnn', NORMALISED],
  ])('learns from labels by the noisy way up; without noise that is the network itself: %s', (_, model) => {
    const alone = firstStep({ name: 'supervised' }, model).figure('crossEntropy');
    expect(firstStep(quiet, model).figure('crossEntropy')).toBeCloseTo(alone, 5);
    // Of weights that have learned nothing, noise changes the answers a little.
    expect(firstStep({ ...quiet, noise: 0.3 }, model).figure('crossEntropy')).not.toBeCloseTo(alone, 4);
  });

  it.each([
    ['mlp', DENSE],
    ['cnn', NORMALISED],
  ])('asks for the image without its noise: %s', (_, model) => {
    // A first guess is 0.
    const { figure, feeds } = firstStep({ ...quiet, noise: 0.3 }, model);
    expect(figure('ofImage')).toBeCloseTo(meanSquare(required(feeds, 'unlabelled') as Uint8Array), 5);
    const costOf = (noise: number) => {
      const { program, step } = stepsOf({ ...quiet, noise }, model, { unlabelled: 30 });
      program.restore(seeingThrough(program.state()));
      return step(0, (all) => ({ ...all, ...standing })).figure('ofImage');
    };
    expect(costOf(0)).toBeLessThan(1e-10);
    // Whoever looks through the noise is off by it.
    expect(Math.abs(costOf(0.3) / 0.09 - 1)).toBeLessThan(0.1);
  });

  it('puts noise on every layer, and weighs what is left of it: 1000, 10 and 0.1', () => {
    const { program, step } = stepsOf({ name: 'ladder' }, DENSE, { unlabelled: 30 });
    const rungs = Object.keys(program.state()).filter((name) => name.startsWith('method/combine.'));
    expect(rungs.sort()).toEqual(
      ['answers', 'dense1', 'dense2', 'dense3', 'image'].map((name) => `method/combine.${name}`),
    );
    const { figure } = step(0);
    const sum =
      figure('crossEntropy') + 1000 * figure('ofImage') + 10 * figure('ofFirst') + 0.1 * figure('ofOthers');
    expect(figure('loss') / sum).toBeCloseTo(1, 5);
  });

  it('learns to take the noise away', () => {
    const { step } = stepsOf({ name: 'ladder' }, DENSE, { unlabelled: 30, mode: 'auto' });
    const costs = Array.from({ length: 80 }, (_, at) => {
      const { figure } = step(at);
      return [figure('ofImage'), figure('ofFirst'), figure('ofOthers')];
    });
    for (const which of [0, 1, 2]) expect(costs.at(-1)![which]).toBeLessThan(0.8 * costs[0]![which]!);
  });

  it('answers by the clean way up: what only training needs is no part of it', () => {
    const { program } = stepsOf({ name: 'ladder' }, DENSE);
    const images = Uint8Array.from({ length: 5 * 64 }, (_, at) => (at * 37) % 256);
    const answers = () => program.run('evaluate', { images });
    const before = answers();
    expect(answers()).toEqual(before);
    program.restore(seeingThrough(program.state()));
    expect(answers()).toEqual(before);
  });

  it('needs layers that are normalised', () => {
    expect(() => pipelineOf({ name: 'ladder' }, PLAIN)).toThrow(
      /^tiny: model\.normalization: [^\n]*normalised[^\n]*gamma-model/,
    );
    expect(() => pipelineOf({ name: 'ladder' }, { name: 'resnet' })).toThrow(/mlp/);
  });
});

describe('gamma-model', () => {
  it('asks for the answers without their noise, of any encoder', () => {
    for (const model of [PLAIN, { name: 'resnet', blocks: 1 }]) {
      const { program, step } = stepsOf({ name: 'gamma-model' }, model);
      expect(Object.keys(program.state()).filter((name) => name.startsWith('method/'))).toEqual([
        'method/combine.answers',
      ]);
      const { figure } = step(0);
      expect(figure('denoising')).toBeGreaterThan(0.01);
      expect(figure('loss')).toBeCloseTo(figure('crossEntropy') + figure('denoising'), 4);
    }
  });

  it('puts noise on images, on layers that take it, and on the answers', () => {
    const alone = firstStep({ name: 'gamma-model', noise: 0 }, NORMALISED);
    const supervised = firstStep({ name: 'supervised' }, NORMALISED);
    expect(alone.figure('crossEntropy')).toBeCloseTo(supervised.figure('crossEntropy'), 5);
    expect(firstStep({ name: 'gamma-model' }, NORMALISED).figure('crossEntropy')).not.toBeCloseTo(
      supervised.figure('crossEntropy'),
      4,
    );
  });
});
