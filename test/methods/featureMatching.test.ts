import { beforeAll, describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';
import { CLASSES, firstStep, NORMALISED, PLAIN, pipelineOf, SIDE, stepsOf } from './methodSteps.js';

beforeAll(() => loadTensorFlow({ precision: 'full' }));

const METHOD = { name: 'feature-matching-gan', noise: 0, generator: { inputs: 4, filters: [4], kernel: 3 } };
const GENERATOR = 'method/generator';

/** Some variables with one value everywhere. */
function filled(state: Named<HostArray>, values: (name: string) => number | undefined): Named<HostArray> {
  return Object.fromEntries(
    Object.entries(state).map(([name, array]) => {
      const value = values(name);
      return [name, value === undefined ? array : { ...array, data: array.data.map(() => value) }];
    }),
  );
}

const softplus = (x: number) => Math.log(1 + Math.exp(x));

describe('feature-matching GAN', () => {
  it.each([0, -3, 2])('takes the evidence of all classes for that of a real image: biases %d', (bias) => {
    const { program, step } = stepsOf(METHOD, PLAIN);
    // An answer that is the same for every image, real or made: its evidence is log Σ exp logits.
    program.restore(
      filled(program.state(), (name) =>
        name === 'classifier.weight' ? 0 : name === 'classifier.bias' ? bias : undefined,
      ),
    );
    const evidence = bias + Math.log(CLASSES);
    const expected = (-evidence + softplus(evidence)) / 2 + softplus(evidence) / 2;
    expect(step(0).figure('discrimination')).toBeCloseTo(expected, 5);
  });

  it('moves the classifier by its own losses, and the generator by the distance of mean features', () => {
    const start = stepsOf({ ...METHOD, weight: 0 }, PLAIN);
    const before = start.program.state();
    start.step(0);
    const after = start.program.state();
    const { state: supervised } = firstStep({ name: 'supervised' }, PLAIN);
    // Without weight for what is generated, the classifier learns as from labels alone, whatever the generator does.
    for (const name of Object.keys(supervised).filter((each) => /^(conv|classifier)/.test(each)))
      required(supervised, name).data.forEach((value, i) => {
        expect(required(after, name).data[i], name).toBeCloseTo(value, 5);
      });
    const generator = Object.keys(before).filter((name) => name.startsWith(GENERATOR));
    expect(generator.length).toBeGreaterThan(0);
    for (const name of generator) {
      expect(required(after, name).data, name).not.toEqual(required(before, name).data);
      expect(after[`optimizer/${name}/first`]).toBeUndefined();
      expect(after[`optimizer/opponent/${name}/first`]).toBeDefined();
    }
    expect(Object.keys(after).filter((name) => name.startsWith('optimizer/opponent/conv'))).toEqual([]);
  });

  it('finds no distance where what it generates is what there is, with noise on both sides or none', () => {
    const distance = (noise: number, grey: number) => {
      const { program, step } = stepsOf({ ...METHOD, noise }, PLAIN, { unlabelled: 60 });
      // A generator that draws grey, which is σ(0).
      const silent = filled(program.state(), (name) => (name.startsWith(GENERATOR) ? 0 : undefined));
      program.restore(silent);
      const images = new Uint8Array(60 * SIDE * SIDE).fill(grey);
      return step(0, (feeds) => ({ ...feeds, unlabelled: images, learningRate: 0 })).figure('opponentLoss');
    };
    expect(distance(0, 128)).toBeLessThan(1e-5);
    expect(distance(0, 250)).toBeGreaterThan(1e-3);
    expect(distance(0.5, 128)).toBeLessThan(1e-3);
  });

  it('normalises both together: apart, all that is of one colour would look alike', () => {
    const { program, step } = stepsOf(METHOD, NORMALISED);
    program.restore(filled(program.state(), (name) => (name.startsWith(GENERATOR) ? 0 : undefined)));
    const white = new Uint8Array(5 * SIDE * SIDE).fill(255);
    expect(step(0, (feeds) => ({ ...feeds, unlabelled: white })).figure('opponentLoss')).toBeGreaterThan(
      0.01,
    );
  });

  it('learns to generate: mean features come nearer', () => {
    const { step } = stepsOf({ ...METHOD, weight: 0 }, PLAIN, { unlabelled: 30, mode: 'auto' });
    const distances = Array.from({ length: 60 }, (_, at) => step(at).figure('opponentLoss'));
    expect(distances.at(-1)).toBeLessThan(0.3 * distances[0]!);
  });

  it('works on images alone', () => {
    const clips = { dataset: 'occluded-digits', clips: { frames: 2 } };
    expect(() => pipelineOf(METHOD, PLAIN, {}, clips)).toThrow(/^tiny: data\.clips: [^\n]*single images/);
  });
});
