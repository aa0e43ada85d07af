import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { HardEmStep, nrm, nrmConfig } from '../../src/models/nrm/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';

await loadTensorFlow();

const size = { height: 9, width: 8, channels: 2 };
const toTensor = ({ data, shape }: HostArray) => tf.tensor(data, [...shape]);

function build(settings: object, image = size) {
  const model = nrm(nrmConfig.parse({ name: 'nrm', classes: 3, ...settings }), image);
  const parameters: Named<Tensor> = {};
  Object.entries(model.parameters(1)).forEach(([name, { shape }], i) => {
    const drawn = tf.randomNormal([...shape], 0, 0.4, 'float32', i + 1);
    parameters[name] = /variance$/.test(name) ? tf.abs(drawn) : drawn;
  });
  return { model, parameters };
}

const pictures = (count: number): Tensor4D =>
  tf.randomNormal([count, size.height, size.width, size.channels], 0.2, 1, 'float32', 5);

/** The parameters with one layer's filters in the place of its own. */
const withWeights = (parameters: Named<Tensor>, layer: number, weight: HostArray): Named<Tensor> => ({
  ...parameters,
  [`layer.${layer}.weight`]: toTensor(weight),
});

describe.each<[string, object]>([
  ['one layer', { layers: [{ filters: 3, pool: {} }] }],
  ['valid borders', { layers: [{ filters: 3, padding: 'valid' }] }],
  ['a kernel of even side', { layers: [{ filters: 3, kernel: 4, pool: { kind: 'mean' } }] }],
  [
    'batch normalisation, LeakyReLU',
    { layers: [{ filters: 3, pool: {} }], normalization: 'batch', activation: 'leaky-relu' },
  ],
])('hard-EM step, %s', (_, settings) => {
  it.each(['rendered', 'inferred'] as const)('finds the best filters for %s codes', (codes) => {
    const { model, parameters } = build(settings);
    const x = pictures(6);
    const classes = tf.tile(tf.eye(3), [2, 1]) as tf.Tensor2D;
    const step = new HardEmStep(model, 0, { codes });
    step.add(parameters, x, classes);
    // What the layer draws with other filters from the switches and values of these.
    const { layers } = model.forward(parameters, x);
    const { switches, affine, map } = layers[0]!;
    const errorWith = (weight: Tensor) => {
      const changed = { ...parameters, 'layer.0.weight': weight };
      const path = { switches: [switches], affines: [affine] };
      const features = model.templates(parameters, classes);
      // A template that spreads to the map itself draws from the inferred codes.
      const drawn =
        codes === 'rendered'
          ? model.render(changed, features, path).image
          : nrm({ ...model.config, globalPooling: 'none' }, size).render(
              changed,
              tf.reshape(map, [6, -1]),
              path,
            ).image;
      return tf.sum(tf.square(tf.sub(x, drawn))).dataSync()[0]! / 12;
    };
    const before = required(parameters, 'layer.0.weight');
    expect(step.error).toBeCloseTo(errorWith(before), 3);
    const best = toTensor(step.weights(1e-9));
    const lowest = errorWith(best);
    expect(lowest).toBeLessThan(step.error);
    expect(errorWith(toTensor(step.weights(0.5)))).toBeLessThanOrEqual(step.error);
    expect(errorWith(toTensor(step.weights(1e-3)))).toBeLessThanOrEqual(
      errorWith(toTensor(step.weights(0.5))) + 1e-5,
    );
    for (let seed = 0; seed < 5; seed++) {
      const other = tf.add(best, tf.randomNormal(best.shape, 0, 0.05, 'float32', seed + 1));
      expect(errorWith(other)).toBeGreaterThan(lowest);
    }
  });
});

describe('hard-EM step', () => {
  it('on a layer above lowers its error, and adds batches as if they were one', () => {
    const { model, parameters } = build({
      layers: [
        { filters: 4, pool: {} },
        { filters: 5, pool: {} },
      ],
    });
    const x = pictures(6);
    for (const signed of [false, true]) {
      const whole = new HardEmStep(model, 1, { codes: 'inferred', signed });
      whole.add(parameters, x);
      const parts = new HardEmStep(model, 1, { codes: 'inferred', signed });
      for (const start of [0, 2]) parts.add(parameters, tf.slice(x, start, 2 + start) as Tensor4D);
      expect(parts.error).toBeCloseTo(whole.error, 2);
      const [a, b] = [whole.weights(), parts.weights()];
      expect(Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)))).toBeLessThan(1e-3);
      expect(a.shape).toEqual([3, 3, 4, 5]);
    }
  });

  it('leaves units that are never on as they are, and refuses what it cannot do', () => {
    const { model, parameters } = build({ layers: [{ filters: 3 }] });
    const step = new HardEmStep(model, 0);
    expect(() => step.weights()).toThrow(/add some first/);
    const off = { ...parameters, 'layer.0.bias': tf.tensor1d([0, -100, 0]) };
    step.add(off, pictures(4));
    const [before, after] = [required(parameters, 'layer.0.weight').dataSync(), step.weights().data];
    before.forEach((value, i) => {
      if (i % 3 === 1) expect(after[i]).toBe(value);
    });
    expect([...after]).not.toEqual([...before]);
    expect(() => new HardEmStep(model, 1)).toThrow(/there is no layer 1/);
    const normalized = nrm({ ...model.config, normalization: 'batch', rendering: 'normalized' }, model.image);
    expect(() => new HardEmStep(normalized, 0)).toThrow(/rendered as it is inferred/);
  });

  it('recovers the filters that a renderer draws with', () => {
    // Each picture shows one of four patterns at any place: a network with one window and a template for every filter.
    const [kinds, side, kernel] = [4, 8, 4];
    const image = { height: side, width: side, channels: 1 };
    const settings = { filters: kinds, kernel, padding: 'valid', pool: { size: side - kernel + 1 } };
    const { model, parameters } = build({ layers: [settings], classes: kinds }, image);
    const random = new Random(7);
    const truth = Array.from({ length: kinds }, () =>
      Array.from({ length: kernel ** 2 }, () => (random.uniform() < 0.5 ? 0 : 1)),
    );
    const count = 240;
    const data = new Float32Array(count * side * side).map(() => 0.05 * random.normal());
    for (let n = 0; n < count; n++) {
      const [top, left] = [random.integer(side - kernel + 1), random.integer(side - kernel + 1)];
      truth[n % kinds]!.forEach((value, i) => {
        data[(n * side + top + Math.floor(i / kernel)) * side + left + (i % kernel)]! += value;
      });
    }
    const x = tf.tensor4d(data, [count, side, side, 1]);
    // Start: the middles of four pictures, one of each kind seen or not.
    const start = new Float32Array(kernel ** 2 * kinds);
    for (let unit = 0; unit < kinds; unit++)
      for (let i = 0; i < kernel ** 2; i++)
        start[i * kinds + unit] = truth[unit]![i]! * 0.3 + 0.35 + 0.3 * random.normal();
    let all: Named<Tensor> = {
      ...parameters,
      'layer.0.weight': tf.tensor4d(start, [kernel, kernel, 1, kinds]),
      'classifier.weight': tf.eye(kinds),
    };
    const errors: number[] = [];
    for (let round = 0; round < 8; round++) {
      all = balanced(all);
      const step = new HardEmStep(model, 0);
      step.add(all, x);
      errors.push(step.error);
      all = withWeights(all, 0, step.weights(1e-6));
    }
    errors.slice(1).forEach((error, i) => {
      expect(error).toBeLessThanOrEqual(errors[i]! + 1e-4);
    });
    // What is left is the noise.
    expect(errors.at(-1)! / (0.5 * 0.05 ** 2 * side * side)).toBeLessThan(1.1);
    const found = required(all, 'layer.0.weight').dataSync();
    const far = (unit: number, kind: number) =>
      Math.max(...truth[kind]!.map((value, i) => Math.abs(value - found[i * kinds + unit]!)));
    for (let kind = 0; kind < kinds; kind++)
      expect(Math.min(...truth.map((_, unit) => far(unit, kind)))).toBeLessThan(0.1);
  });

  /** With b = −½ ‖w‖² the switches of one unit that draws alone are those of the least error: ⟨x, w⟩ − ½ ‖w‖². */
  function balanced(parameters: Named<Tensor>): Named<Tensor> {
    const norms = tf.sum(tf.square(required(parameters, 'layer.0.weight')), [0, 1, 2]);
    return {
      ...parameters,
      'layer.0.bias': tf.mul(norms, -0.5),
      'classifier.bias': tf.zerosLike(norms),
    };
  }
});
