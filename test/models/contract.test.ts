import { beforeAll, describe, expect, it } from 'vitest';
import { eachOf } from '../../src/common/eachOf.js';
import { UsageError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import {
  type AnyModelConfig,
  CAPABILITIES,
  createNetwork,
  drawsChanges,
  type ModelName,
  models,
  type Network,
} from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor4D, type Tensor5D } from '../../src/tensorflow/backend/tf.js';
import { having, randomTensors, smallModels, tensorsOf } from './smallModels.js';

/** What every model in the registry promises; what it learns is looked at where it is trained. */

const frame = { height: 17, width: 23, channels: 3 };
const names = Object.keys(models) as ModelName[];

beforeAll(async () => {
  await loadTensorFlow({ precision: 'full' });
});

const clips = (batch: number, time: number, { height, width, channels } = frame): Tensor5D =>
  tf.randomUniform([batch, time, height, width, channels], 0, 1, 'float32', 7);
const images = (count: number): Tensor4D =>
  tf.randomUniform([count, frame.height, frame.width, frame.channels], 0, 1, 'float32', 9);

function build(config: AnyModelConfig, image = frame) {
  const network = createNetwork(config, image);
  return { network, parameters: randomTensors(network.parameters(3)) };
}

/** Which of the capabilities a built network has. */
function offeredBy({ encoder, predictor, renderer, dynamicRenderer, clipClassifier, classes }: Network) {
  const remembers =
    clipClassifier !== undefined || (predictor && Object.keys(predictor.initialState(1)).length > 0);
  const offered = {
    encoder,
    'next-frame': predictor,
    classes,
    rendering: renderer ?? dynamicRenderer,
    memory: remembers || undefined,
    'noisy-layers': encoder?.rungs,
  };
  return CAPABILITIES.filter((capability) => offered[capability] !== undefined);
}

describe.each(names)('the entry of %s', (name) => {
  const { schema, offers, summary, source } = models[name];

  it('has defaults for every setting, takes no other, and keeps what it has parsed', () => {
    const config = schema.parse({ name });
    expect(config.name).toBe(name);
    expect(schema.parse(config)).toEqual(config);
    expect(schema.safeParse({ name, wings: 2 }).success).toBe(false);
    expect(createNetwork(config, { height: 32, width: 32, channels: 3 }).name).toBe(name);
  });

  it('offers what the built network has', () => {
    const network = createNetwork(schema.parse({ name }), frame);
    expect([...offers].sort()).toEqual(offeredBy(network).sort());
  });

  it('says in one line each what it is and where it is from', () => {
    for (const text of [summary, source]) expect(text).toMatch(/^\S.{9,150}$/);
  });

  it('takes images of any size, or refuses small ones in one line with a key to change', () => {
    const config = schema.parse({ name });
    const small = { height: 1, width: 1, channels: 1 };
    let network: Network | undefined;
    let error: unknown;
    try {
      network = createNetwork(config, small);
    } catch (thrown) {
      error = thrown;
    }
    if (network) {
      const { encoder } = network as Required<Network>;
      const { features } = encoder.encode(tensorsOf(encoder.parameters(3)), tf.ones([2, 1, 1, 1]));
      expect(features.shape).toEqual([2, encoder.features]);
      return;
    }
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(/^model\.\w+: .*1×1.* use .*$/);
  });
});

describe.each(smallModels)('%s', (_, config) => {
  it('has the same first parameters for the same seed, and others for another', () => {
    const network = createNetwork(config, frame);
    const [one, again, other] = eachOf([1, 1, 2], (seed) => network.parameters(seed));
    expect(again).toEqual(one);
    expect(Object.keys(other)).toEqual(Object.keys(one));
    const drawn = Object.entries(one).filter(([, { data }]) => new Set(data).size > 2);
    expect(drawn.length).toBeGreaterThan(0);
    for (const [name, { data }] of drawn) expect(required(other, name).data, name).not.toEqual(data);
    for (const { shape, data } of Object.values(one))
      expect(data.length).toBe(shape.reduce((product, length) => product * length, 1));
    expect(Object.keys(one)).toEqual(expect.arrayContaining([...network.statistics]));
  });
});

describe.each(smallModels.filter(having('predictor')))('%s expects the next frame:', (_, config) => {
  it('gives a frame for every frame, and latents of every time', () => {
    const { network, parameters } = build(config);
    const { predictor } = network as Required<Network>;
    const watched = clips(2, 3);
    const { prediction, latents, state } = predictor.watch(parameters, watched, predictor.initialState(2));
    expect(prediction.shape).toEqual(watched.shape);
    for (const latent of Object.values(latents)) expect(latent.shape.slice(0, 2)).toEqual([2, 3]);
    const shapes = (named: Record<string, tf.Tensor>) =>
      Object.entries(named).map(([name, { shape }]) => [name, shape]);
    expect(shapes(state)).toEqual(shapes(predictor.initialState(2)));
  });

  it('starts from copying the last frame if it draws changes, and only then', () => {
    const { predictor } = createNetwork(config, frame) as Required<Network>;
    const frames = clips(2, 3);
    const first = tensorsOf(predictor.parameters(3));
    const drawn = predictor.watch(first, frames, predictor.initialState(2)).prediction.dataSync();
    if (drawsChanges(config)) expect(drawn).toEqual(frames.dataSync());
    else expect(drawn).not.toEqual(frames.dataSync());
  });

  it('does not see the future: a later frame changes no earlier prediction', () => {
    const small = { height: 8, width: 8, channels: 1 };
    const { network, parameters } = build(config, small);
    const { predictor } = network as Required<Network>;
    const frames = clips(1, 4, small);
    const changed = tf.concat([tf.slice(frames, [0, 0], [1, 3]), tf.zeros([1, 1, 8, 8, 1])], 1) as Tensor5D;
    const [a, b] = eachOf(
      [frames, changed],
      (each) => predictor.watch(parameters, each, predictor.initialState(1)).prediction.arraySync()[0]!,
    );
    expect(a.slice(0, 3)).toEqual(b.slice(0, 3));
    expect(a[3]).not.toEqual(b[3]);
  });

  it('goes on from its memory as if it had watched in one go', () => {
    const small = { height: 8, width: 9, channels: 1 };
    const { network, parameters } = build(config, small);
    const { predictor } = network as Required<Network>;
    const frames = clips(1, 4, small);
    const fresh = predictor.initialState(1);
    const whole = predictor.watch(parameters, frames, fresh).prediction.dataSync();
    const [first, second] = tf.split(frames, 2, 1) as [Tensor5D, Tensor5D];
    const start = predictor.watch(parameters, first, fresh);
    const rest = predictor.watch(parameters, second, start.state).prediction.dataSync();
    const forgetful = predictor.watch(parameters, second, fresh).prediction.dataSync();
    const parts = [...start.prediction.dataSync(), ...rest];
    parts.forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i]!, 5);
    });
    if (models[config.name].offers.includes('memory')) expect(forgetful).not.toEqual(rest);
    else expect(forgetful).toEqual(rest);
  });
});

describe.each(smallModels.filter(having('clipClassifier')))('%s answers:', (_, config) => {
  it('answers after each frame of a clip, from the frames so far', () => {
    const { network, parameters } = build(config);
    const { clipClassifier } = network as Required<Network>;
    const frames = clips(2, 3);
    const changed = tf.concat([tf.slice(frames, [0, 0], [2, 2]), tf.zerosLike(clips(2, 1))], 1) as Tensor5D;
    const [a, b] = eachOf([frames, changed], (each) =>
      clipClassifier.answers(parameters, each).map((logits) => logits.arraySync()),
    );
    expect(a).toHaveLength(3);
    for (const logits of a) expect([logits.length, logits[0]!.length]).toEqual([2, network.classes]);
    expect(a.slice(0, 2)).toEqual(b.slice(0, 2));
    expect(a[2]).not.toEqual(b[2]);
  });
});

describe.each(smallModels.filter(having('renderer')))('%s renders:', (_, config) => {
  it('has templates of its classes', () => {
    const { network, parameters } = build(config);
    const { renderer, encoder } = network as Required<Network>;
    const { logits } = renderer.forward(parameters, images(2));
    expect(logits.shape).toEqual([2, network.classes]);
    const templates = renderer.templates(parameters, tf.eye(network.classes!));
    expect(templates.shape).toEqual([network.classes, encoder.features]);
  });
});
