import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { dynamicNrm, dynamicNrmConfig, dynamicNrmModel } from '../../src/models/dynamicNrm/index.js';
import { nrm, nrmConfig, pathOf } from '../../src/models/nrm/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../../src/tensorflow/backend/tf.js';
import type { Named } from '../../src/tensorflow/spec/program.js';

await loadTensorFlow({ precision: 'full' });

const frame = { height: 13, width: 12, channels: 1 };
const LAYERS = [
  { filters: 4, kernel: 5, pool: { kind: 'max' } },
  { filters: 5, padding: 'valid' },
  { filters: 4, pool: { kind: 'mean' } },
];
const settings = (more: object = {}) =>
  dynamicNrmConfig.parse({ name: 'dynamic-nrm', classes: 3, layers: LAYERS, ...more });

/** Every parameter random, R, F and G included, so that nothing is hidden by a zero. */
function shaken(parameters: Named<{ shape: readonly number[] }>): Named<Tensor> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }], index) => [
      name,
      tf.randomNormal([...shape], name.includes('memory') ? 0.1 : 0, 0.3, 'float32', index + 1),
    ]),
  );
}

const frames = (time: number, seed = 7) =>
  tf.randomUniform([2, time, frame.height, frame.width, 1], 0, 1, 'float32', seed) as Tensor5D;
const numbers = (x: Tensor) => [...x.dataSync()];

/** Moments after each frame of a clip. */
function filtered(model: ReturnType<typeof dynamicNrm>, parameters: Named<Tensor>, clip: Tensor5D) {
  let past = {};
  return (tf.unstack(clip, 1) as Tensor4D[]).map((x) => {
    const moment = model.filter(parameters, x, past);
    past = moment.past;
    return moment;
  });
}

describe('the dynamic NRM with R = 0', () => {
  it.each([
    ['no memory', { memory: 'none' }],
    ['a memory that starts at 0', { memory: 'motion' }],
    ['one of rendered units', { memory: 'motion', remembers: 'units' }],
    ['persistence', { memory: 'persistence', activation: 'leaky-relu' }],
  ])('is the NRM frame by frame, exactly: %s', (_, more) => {
    const config = settings(more);
    const model = dynamicNrm(config, frame);
    const still = nrm(
      nrmConfig.parse({ name: 'nrm', classes: 3, layers: LAYERS, activation: config.activation }),
      frame,
    );
    const parameters = shaken(model.parameters(1));
    for (const name of Object.keys(parameters))
      if (name.endsWith('.memory')) parameters[name] = tf.zerosLike(required(parameters, name));
    const clip = frames(4);
    const moments = filtered(model, parameters, clip);
    (tf.unstack(clip, 1) as Tensor4D[]).forEach((x, t) => {
      const alone = still.forward(parameters, x);
      const moment = moments[t]!;
      expect(numbers(moment.inference.logits)).toEqual(numbers(alone.logits));
      alone.layers.forEach(({ map, switches }, index) => {
        const layer = moment.inference.layers[index]!;
        expect(numbers(layer.map)).toEqual(numbers(map));
        expect(numbers(layer.switches.active)).toEqual(numbers(switches.active));
      });
      const { template, inference } = moment;
      const drawn = still.render(parameters, template, pathOf(alone)).image;
      expect(numbers(still.render(parameters, template, pathOf(inference)).image)).toEqual(numbers(drawn));
      expect(Math.max(...numbers(alone.logits).map(Math.abs))).toBeGreaterThan(0);
    });
  });

  it('adds the logits up: once the class prior, each frame once', () => {
    const model = dynamicNrm(settings({ memory: 'none', dynamics: 'none' }), frame);
    const parameters = shaken(model.parameters(1));
    const moments = filtered(model, parameters, frames(3));
    const prior = numbers(required(parameters, 'classifier.bias'));
    const sums = [0, 1, 2, 3, 4, 5].map((i) =>
      moments.reduce(
        (sum, { inference }) => sum + numbers(inference.logits)[i]! - prior[i % 3]!,
        prior[i % 3]!,
      ),
    );
    numbers(moments[2]!.logits).forEach((value, i) => {
      expect(value).toBeCloseTo(sums[i]!, 4);
    });
    expect(numbers(moments[0]!.logits)).toEqual(numbers(moments[0]!.inference.logits));
  });

  it('starts there, and is the same from an empty memory as from none', () => {
    const config = settings();
    const { parameters } = dynamicNrm(config, frame);
    for (const [name, { data }] of Object.entries(parameters(1)))
      if (name.endsWith('.memory')) expect([...new Set(data)], name).toEqual([0]);
    const video = dynamicNrmModel(config, frame);
    const weights = shaken(parameters(1));
    const clip = frames(3);
    const { latents } = video.watch(weights, clip, video.initialState(2));
    const moments = filtered(dynamicNrm(config, frame), weights, clip);
    const logits = tf.stack(
      moments.map(({ logits }) => logits),
      1,
    );
    numbers(required(latents, 'logits')).forEach((value, i) => {
      expect(value).toBeCloseTo(numbers(logits)[i]!, 5);
    });
  });
});

describe('what the dynamic NRM remembers', () => {
  it.each(['switches', 'units'])('changes what it sees next: %s', (remembers) => {
    const model = dynamicNrm(settings({ remembers }), frame);
    const parameters = shaken(model.parameters(1));
    const [first, second] = tf.unstack(frames(2), 1) as [Tensor4D, Tensor4D];
    const { past } = model.filter(parameters, first, {});
    const alone = numbers(model.filter(parameters, second, {}).inference.features);
    const after = numbers(model.filter(parameters, second, past).inference.features);
    expect(after).not.toEqual(alone);
  });

  it('is on where a unit was on and 0 elsewhere, one place in each window', () => {
    const model = dynamicNrm(settings(), frame);
    const parameters = shaken(model.parameters(1));
    const x = tf.unstack(frames(1), 1)[0] as Tensor4D;
    const { past, inference } = model.filter(parameters, x, {});
    const [lowest] = past.memory!;
    expect(lowest!.shape).toEqual([2, 13, 12, 4]);
    expect(new Set(numbers(lowest!))).toEqual(new Set([0, 1]));
    expect(numbers(tf.sum(lowest!))).toEqual(numbers(tf.sum(inference.layers[0]!.switches.active)));
  });

  it('is fed back at most memoryNorm times as strong', () => {
    const model = dynamicNrm(settings({ memoryNorm: 0.5 }), frame);
    const parameters = shaken(model.parameters(1));
    for (const name of Object.keys(parameters))
      if (name.endsWith('.memory')) parameters[name] = tf.mul(required(parameters, name), 100);
    const [moment] = filtered(model, parameters, frames(1));
    const strongest = moment!.past.feedback!.map((each) => Math.max(...numbers(tf.abs(each))));
    for (const each of strongest) expect(each).toBeLessThanOrEqual(0.5001);
    expect(Math.max(...strongest)).toBeGreaterThan(0.3);
  });

  it('follows a thing that moves: R shifted by one pixel expects the switches there', () => {
    const layers = [{ filters: 1, kernel: 1 }];
    const model = dynamicNrm(settings({ layers, dynamics: 'none', globalPooling: 'none' }), frame);
    const parameters = shaken(model.parameters(1));
    parameters['layer.0.weight'] = tf.ones([1, 1, 1, 1]);
    parameters['layer.0.bias'] = tf.tensor1d([-0.5]);
    // A kernel sees what is at its left: what it expects has moved to the right.
    parameters['layer.0.memory'] = tf.tensor4d([0, 0, 0, 1, 0, 0, 0, 0, 0], [3, 3, 1, 1]);
    parameters['classifier.weight'] = tf.ones([156, 3]);
    const x = tf.buffer([1, 13, 12, 1]);
    x.set(1, 0, 6, 5, 0);
    const expected = model.expect(parameters, model.filter(parameters, x.toTensor() as Tensor4D, {})).image;
    x.set(0, 0, 6, 5, 0);
    x.set(1, 0, 6, 6, 0);
    expect(numbers(expected)).toEqual(numbers(x.toTensor()));
  });
});
