import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { FIXED_PREFIX } from '../../src/models/encoder.js';
import { type AnyModelConfig, createNetwork, type Encoder, type Network } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, {
  type Scalar,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
} from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Named } from '../../src/tensorflow/spec/program.js';
import { having, randomTensors, smallModels } from './smallModels.js';

/** What the encoder of every model promises to any method that trains it or looks into it. */

const frame = { height: 13, width: 11, channels: 3 };
let native = false;

beforeAll(async () => {
  native = (await loadTensorFlow({ precision: 'full' })).backend === 'tensorflow';
});

const noise = (count: number): Tensor4D =>
  tf.randomUniform([count, frame.height, frame.width, frame.channels], 0, 1, 'float32', 9);
const randomUniform = (shape: readonly number[]) => tf.randomUniform([...shape], 0, 1, 'float32', 5);

function build(config: AnyModelConfig) {
  const network = createNetwork(config, frame);
  const { encoder } = network as Required<Network>;
  return { network, encoder, parameters: randomTensors(encoder.parameters(3)) };
}

const shapesOf = (named: Named<Tensor>) =>
  Object.entries(named).map(([name, { shape }]) => [name, shape] as const);

/** Statistics or moments of random numbers: not moved by dropout, whose draws differ from batch to batch. */
const drops = (config: AnyModelConfig) =>
  'layers' in config && config.layers.some(({ dropout }) => dropout > 0);

describe.each(smallModels)('the encoder of %s', (_, config) => {
  it('has parameters of its network, under the same names and with the same first values', () => {
    const { network, encoder } = build(config);
    const [own, all] = [encoder.parameters(4), network.parameters(4)];
    expect(encoder.name).toBe(config.name);
    expect(encoder.image).toEqual(frame);
    expect(Object.keys(own).length).toBeGreaterThan(0);
    for (const [name, { shape, data }] of Object.entries(own)) {
      expect(shape, name).toEqual(all[name]?.shape);
      expect(
        Buffer.compare(Buffer.from(data.buffer), Buffer.from(required(all, name).data.buffer)),
        name,
      ).toBe(0);
    }
    expect(Object.keys(own)).toEqual(expect.arrayContaining([...encoder.statistics]));
    expect(network.statistics).toEqual(expect.arrayContaining([...encoder.statistics]));
  });

  it('gives layers and features of the shapes that it states, and no moments when it is not trained', () => {
    const { encoder, parameters } = build(config);
    const { layers, features, moments } = encoder.encode(parameters, noise(3));
    const stated = Object.entries(encoder.layers).map(([name, shape]) => [name, [3, ...shape]]);
    expect(shapesOf(layers)).toEqual(stated);
    expect(stated.length).toBeGreaterThan(0);
    expect(features.shape).toEqual([3, encoder.features]);
    expect(moments).toEqual({});
  });

  it('gives what its statistics follow in training; once they have it, nothing changes but rounding', () => {
    const { encoder, parameters } = build(config);
    const options = { training: true, randomUniform };
    const { moments, features } = encoder.encode(parameters, noise(3), options);
    const following = encoder.statistics.filter((name) => !name.startsWith(FIXED_PREFIX));
    expect(Object.keys(moments).sort()).toEqual(following.sort());
    for (const [name, { shape }] of Object.entries(moments))
      expect(shape).toEqual(required(parameters, name).shape);
    if (drops(config)) return;
    const followed = encoder.encode({ ...parameters, ...moments }, noise(3)).features.dataSync();
    const trained = features.dataSync();
    followed.forEach((value, i) => {
      expect(value).toBeCloseTo(trained[i]!, 4);
    });
  });

  it('reads each image by itself, and one image unlike another', () => {
    const { encoder, parameters } = build(config);
    const together = encoder.encode(parameters, noise(3)).features.arraySync();
    tf.unstack(noise(3)).forEach((image, n) => {
      const alone = encoder.encode(parameters, tf.expandDims(image) as Tensor4D).features.arraySync()[0]!;
      alone.forEach((value, i) => {
        expect(value).toBeCloseTo(together[n]![i]!, 5);
      });
    });
    expect(together[0]).not.toEqual(together[1]);
  });

  it('names a parameter that it is not given', () => {
    const { encoder, parameters } = build(config);
    const [missing] = Object.keys(parameters);
    const { [missing!]: _, ...rest } = parameters;
    expect(() => encoder.encode(rest, noise(1))).toThrow(`no ${missing} among `);
  });

  it('trains compiled as op by op, and every parameter gets a gradient', () => {
    const { encoder } = build(config);
    const [eager, graph] = [descend(encoder, 'eager'), native && descend(encoder, 'graph')];
    const trained = Object.keys(eager.moved).filter((name) => !encoder.statistics.includes(name));
    expect(trained.length).toBeGreaterThan(0);
    for (const name of trained) {
      const moved = required(eager.moved, name);
      expect(moved.every(Number.isFinite), name).toBe(true);
      expect(norm(moved), name).toBeGreaterThan(0);
      if (!graph) continue;
      const apart = moved.map((value, i) => value - required(graph.moved, name)[i]!);
      expect(norm(apart), name).toBeLessThan(1e-3 * norm(moved) + 1e-7);
    }
    if (!graph) return;
    for (const [name, values] of Object.entries(eager.outputs)) {
      // Sums of what is large round by more than what is left of them.
      const largest = Math.max(1, ...values.map(Math.abs));
      values.forEach((value, i) => {
        expect(Math.abs(required(graph.outputs, name)[i]! - value), name).toBeLessThan(5e-5 * largest);
      });
    }
  });
});

describe.each(smallModels.filter(having('predictor')))('the encoder of %s', (_, config) => {
  it('has the layers that its model shows after a first frame', () => {
    const { network } = build(config);
    const parameters = randomTensors(network.parameters(3));
    const { encoder, predictor } = network as Required<Network>;
    const frames = tf.expandDims(noise(2), 1) as Tensor5D;
    const { latents } = predictor.watch(parameters, frames, predictor.initialState(2));
    for (const [name, layer] of Object.entries(encoder.encode(parameters, noise(2)).layers)) {
      expect(Object.keys(latents)).toContain(name);
      const shown = required(latents, name).dataSync();
      layer.dataSync().forEach((value, i) => {
        expect(Math.abs(value - shown[i]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
      });
    }
  });
});

const answering = smallModels.filter((each) => having('clipClassifier')(each) || having('renderer')(each));

describe.each(answering)('the encoder of %s', (_, config) => {
  it('has the features that its own classifier reads', () => {
    const { network } = build(config);
    const parameters = randomTensors(network.parameters(3));
    const { encoder, clipClassifier, renderer } = network as Required<Network>;
    const answers = clipClassifier
      ? clipClassifier.answers(parameters, tf.expandDims(noise(2), 1) as Tensor5D)[0]!
      : renderer.forward(parameters, noise(2)).logits;
    const { features } = encoder.encode(parameters, noise(2));
    const product = tf.matMul(features, required(parameters, 'classifier.weight'));
    const own = tf.add(product, required(parameters, 'classifier.bias')).dataSync();
    answers.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(own[i]!, 5);
    });
  });
});

const norm = (values: readonly number[]) => Math.hypot(...values);

/** One step of plain descent from the first weights: what the encoder gave, and how far each parameter has moved. */
function descend(encoder: Encoder, mode: 'graph' | 'eager') {
  const { height, width, channels } = encoder.image;
  const random = new Random(6);
  const variables = encoder.parameters(3);
  const trained = Object.keys(variables).filter((name) => !encoder.statistics.includes(name));
  const program = compile(
    {
      variables,
      entries: {
        train: {
          inputs: {
            images: { shape: [5, height, width, channels], dtype: 'uint8' },
            target: { shape: [5, encoder.features], dtype: 'float32' },
          },
          run({ images, target }, step) {
            const x = tf.div(images, 255) as Tensor4D;
            const options = {
              training: true,
              randomUniform: (shape: readonly number[]) => step.randomUniform(shape),
            };
            const loss = () => {
              const { features } = encoder.encode(step.variables, x, options);
              return tf.mean(tf.square(tf.sub(features, target))) as Scalar;
            };
            const { loss: value } = step.minimize(loss, {
              optimizer: 'sgd',
              learningRate: 1,
              variables: trained,
            });
            return { ...encoder.encode(step.variables, x).layers, loss: value };
          },
        },
      },
      seed: 1,
    },
    { mode },
  );
  const outputs = program.run('train', {
    images: Uint8Array.from({ length: 5 * height * width * channels }, () => random.integer(256)),
    target: Float32Array.from({ length: 5 * encoder.features }, () => random.normal()),
  });
  const state = program.state();
  program.dispose();
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]])),
    moved: Object.fromEntries(
      trained.map((name) => {
        const before = required(variables, name).data;
        return [name, [...required(state, name).data].map((value, i) => value - before[i]!)];
      }),
    ),
  };
}
