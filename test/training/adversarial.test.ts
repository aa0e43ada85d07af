import { beforeAll, describe, expect, it } from 'vitest';
import { bouncingBalls } from '../../datasets/clips/bouncingBalls.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { predictProgram, videoProgram } from '../../src/engine/videoProgram.js';
import { adversarial } from '../../src/methods/adversarial.js';
import { nextFrame } from '../../src/methods/nextFrame.js';
import { AdversarialBalance } from '../../src/methods/prediction/adversarialBalance.js';
import {
  createModel,
  DISCRIMINATOR_PREFIX,
  discriminator,
  discriminatorConfig,
  pgnConfig,
} from '../../src/models/index.js';
import {
  adversarialLoss,
  discriminatorAccuracy,
  discriminatorLoss,
} from '../../src/objectives/answers/adversarial.js';
import { parametersOf } from '../../src/runs/checkpoint.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor4D, type Tensor5D } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { HostArray, Named, Program } from '../../src/tensorflow/spec/program.js';

const frame = { height: 12, width: 12, channels: 1 };
const sizes = { batch: 2, steps: 3 };
const model = createModel(pgnConfig.parse({ name: 'pgn', filters: [4], lstm: 8 }), frame);
const small = { filters: [3], lstm: 6, units: 5 };

function program(own: object = {}): Program {
  const { variables, entries } = videoProgram(model, 1, sizes, {
    optimizer: { kind: 'rmsprop', decay: 0.9, momentum: 0 },
    method: adversarial.settings.parse({
      name: 'adversarial',
      predict: 'last',
      discriminator: small,
      ...own,
    }),
  });
  return compile({ variables, entries: { train: required(entries, 'train') } });
}

function clips(random: Random): Uint8Array {
  const frames = sizes.steps + 1;
  const each = () => [...bouncingBalls(random, { size: frame.width, frames }).frames];
  return Uint8Array.from(Array.from({ length: sizes.batch }, each).flat(), (value) =>
    Math.round(value * 255),
  );
}

/** Names of the model's and the discriminator's parameters that are not what they were. */
function moved(before: Named<HostArray>, after: Named<HostArray>): string[] {
  const isMoved = (name: string) =>
    required(before, name).data.some((value, i) => value !== required(after, name).data[i]);
  return Object.keys(before).filter((name) => !name.startsWith('optimizer/') && isMoved(name));
}

beforeAll(async () => {
  await loadTensorFlow({ precision: 'full' });
});

describe('a step against a discriminator', () => {
  it.each([
    ['the discriminator moves it alone', { learningRate: 0, discriminatorLearningRate: 0.1 }, true],
    ['the generator moves it alone', { learningRate: 0.01, discriminatorLearningRate: 0 }, false],
  ])('of %s, and all of it', (_, rates, ofDiscriminator) => {
    const used = program({ lambda: 1 });
    const before = used.state();
    used.run('train', { clips: clips(new Random(3)), ...rates });
    const parameters = Object.keys(before).filter((name) => !name.startsWith('optimizer/'));
    const expected = parameters.filter((name) => name.startsWith(DISCRIMINATOR_PREFIX) === ofDiscriminator);
    expect(moved(before, used.state()).sort()).toEqual(expected.sort());
    used.dispose();
  });

  it('adds λ times the adversarial loss to the squared error', () => {
    const used = program({ lambda: 0.25 });
    const feeds = { clips: clips(new Random(3)), learningRate: 0.001, discriminatorLearningRate: 0.01 };
    const { loss, mse, adversarial: fooling } = used.run('train', feeds);
    expect(loss!.data[0]).toBeCloseTo(mse!.data[0]! + 0.25 * fooling!.data[0]!, 6);
    used.dispose();
  });

  it('with λ = 0 moves the generator as without a discriminator', () => {
    const feeds = { clips: clips(new Random(3)), learningRate: 0.001 };
    const optimizer = { kind: 'rmsprop', decay: 0.9, momentum: 0 } as const;
    const method = nextFrame.settings.parse({ name: 'next-frame', predict: 'last' });
    const spec = videoProgram(model, 1, sizes, { optimizer, method });
    const plain = compile({ ...spec, entries: { train: required(spec.entries, 'train') } });
    const against = program({ lambda: 0 });
    plain.run('train', feeds);
    against.run('train', { ...feeds, discriminatorLearningRate: 0.01 });
    const state = against.state();
    for (const [name, { data }] of Object.entries(parametersOf(plain.state())))
      data.forEach((value, i) => {
        expect(required(state, name).data[i]).toBeCloseTo(value, 6);
      });
    plain.dispose();
    against.dispose();
  });

  it('teaches the discriminator to tell, when the generator stands still', () => {
    const used = program({ discriminator: { ...small, optimizer: { kind: 'adam' } } });
    const random = new Random(5);
    const accuracies = Array.from({ length: 150 }, () => {
      const feeds = { clips: clips(random), learningRate: 0, discriminatorLearningRate: 0.01 };
      return required(used.run('train', feeds), 'discriminatorAccuracy').data[0]!;
    });
    const last = accuracies.slice(-30);
    expect(last.reduce((a, b) => a + b) / last.length).toBeGreaterThan(0.95);
    used.dispose();
  });

  it('leaves weights from which the generator alone is restored', () => {
    const used = program();
    used.run('train', { clips: clips(new Random(3)), learningRate: 0.001, discriminatorLearningRate: 0.01 });
    const weights = parametersOf(used.state());
    expect(Object.keys(weights).sort()).toEqual(Object.keys(model.parameters(1)).sort());
    const predictor = compile(predictProgram(model, 1));
    predictor.restore(weights);
    predictor.dispose();
    used.dispose();
  });
});

describe('the discriminator', () => {
  const judge = discriminator(discriminatorConfig.parse(small), frame);
  const noise = (shape: number[], seed: number) => tf.randomUniform(shape, 0, 1, 'float32', seed);

  it('judges each candidate by its own past, group by group', () => {
    const parameters = Object.fromEntries(
      Object.entries(judge.parameters(2)).map(([name, { shape, data }]) => [
        name,
        tf.tensor(data, [...shape]),
      ]),
    );
    const past = noise([2, 3, 12, 12, 1], 1) as Tensor5D;
    const candidates = noise([4, 12, 12, 1], 2) as Tensor4D;
    const together = judge.judge(parameters, past, candidates).arraySync();
    for (let i = 0; i < 4; i++) {
      const ownPast = tf.slice(past, [i % 2, 0, 0, 0, 0], [1, 3, 12, 12, 1]) as Tensor5D;
      const alone = judge.judge(parameters, ownPast, tf.slice(candidates, [i, 0, 0, 0], [1, 12, 12, 1]));
      alone.arraySync()[0]!.forEach((logit, column) => {
        expect(logit).toBeCloseTo(together[i]![column]!, 5);
      });
    }
  });
});

describe('the adversarial losses', () => {
  const logits = (rows: number[][]) => tf.tensor2d(rows);

  it('are the cross-entropies by hand', () => {
    const [real, generated] = [
      logits([
        [0, 2],
        [1, 0],
      ]),
      logits([
        [0.5, 0],
        [-1, 1],
      ]),
    ];
    const minusLog = (own: number, other: number) => Math.log(1 + Math.exp(other - own));
    const ofReal = (minusLog(2, 0) + minusLog(0, 1)) / 2;
    const ofGenerated = (minusLog(0.5, 0) + minusLog(-1, 1)) / 2;
    expect(discriminatorLoss(real, generated).dataSync()[0]).toBeCloseTo((ofReal + ofGenerated) / 2, 5);
    expect(adversarialLoss(generated).dataSync()[0]).toBeCloseTo((minusLog(0, 0.5) + minusLog(1, -1)) / 2, 5);
    expect(discriminatorAccuracy(real, generated).dataSync()[0]).toBeCloseTo(0.5, 6);
  });

  it('stay finite, with a gradient, however sure the discriminator is', () => {
    const sure = logits([[500, -500]]);
    expect(adversarialLoss(sure).dataSync()[0]).toBeCloseTo(1000, 2);
    const gradient = tf
      .grad((x) => adversarialLoss(x as tf.Tensor2D))(sure)
      .dataSync();
    expect([...gradient]).toEqual([1, -1]);
    expect(discriminatorLoss(logits([[-500, 500]]), sure).dataSync()[0]).toBeCloseTo(0, 6);
  });
});

describe('the balance of the two networks', () => {
  const feed = (balance: AdversarialBalance, accuracy: number, steps: number) =>
    Array.from({ length: steps }, () => balance.add(accuracy)).flatMap((told) => told ?? []);

  it('is reported once for each side that wins, with what to change', () => {
    const balance = new AdversarialBalance();
    const told = [...feed(balance, 1, 600), ...feed(balance, 0.75, 600), ...feed(balance, 0.5, 600)];
    expect(told.map(({ winner, accuracy }) => [winner, accuracy])).toEqual([
      ['discriminator', 1],
      ['generator', 0.5],
    ]);
    for (const { advice } of told) {
      expect(advice).toContain('method.discriminator.learningRate');
      expect(advice).toContain('method.lambda');
      expect(advice).not.toContain('\n');
    }
  });

  it('gives a discriminator that cannot tell yet some time', () => {
    expect(feed(new AdversarialBalance(), 0.5, 999)).toEqual([]);
    expect(feed(new AdversarialBalance(), 0.5, 1000)).toHaveLength(1);
  });
});
