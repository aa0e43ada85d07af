import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import type { NrmStepSettings } from '../../src/methods/parts/classifierStep.js';
import { TEACHER_PREFIX } from '../../src/methods/parts/teacher.js';
import { nrmProgram } from '../../src/methods/rendering/nrmProgram.js';
import {
  nrmObjectivesConfig,
  publishedNrmObjectives,
  UNSUPERVISED,
} from '../../src/methods/settings/nrmObjectives.js';
import { nrm, nrmConfig } from '../../src/models/nrm/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Scalar, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { HostArray, Named, ProgramSpec } from '../../src/tensorflow/spec/program.js';

const native = (await loadTensorFlow({ precision: 'full' })).backend === 'tensorflow';
/** Compiled where that is possible: op by op the same, as the first tests show. */
const mode = native ? 'graph' : 'eager';

const image = { height: 13, width: 12, channels: 1 };
const sizes = { labelled: 3, unlabelled: 4, batch: 5 };
const optimizer: NrmStepSettings['optimizer'] = { kind: 'adam', beta1: 0.9, beta2: 0.999 };
const rates = { learningRate: 0.003, ramp: 0.7, teacherDecay: 0.9, statisticsDecay: 0.99 };

const network = (settings: object = {}) =>
  nrmConfig.parse({
    name: 'nrm',
    classes: 3,
    layers: [
      { filters: 4, kernel: 5, pool: {} },
      { filters: 5, padding: 'valid' },
      { filters: 4, pool: { kind: 'mean' } },
    ],
    ...settings,
  });

/** Bright bars on black: most of a picture is empty, so that most windows of a pooling are ties. */
function bars(count: number, random: Random): { images: Uint8Array; labels: Int32Array } {
  const { height, width } = image;
  const images = new Uint8Array(count * height * width);
  const labels = Int32Array.from({ length: count }, () => random.integer(3));
  labels.forEach((label, n) => {
    const at = 2 + random.integer(7);
    for (let i = 2; i < 10; i++) {
      const [y, x] = [
        [at, i],
        [i, at],
        [i, i],
      ][label]!;
      images[(n * height + y!) * width + x!] = 155 + random.integer(100);
    }
  });
  return { images, labels };
}

function* feeds(steps: number) {
  const random = new Random(4);
  for (let step = 0; step < steps; step++) {
    const { images, labels } = bars(sizes.labelled, random);
    yield { labelled: images, labels, unlabelled: bars(sizes.unlabelled, random).images, ...rates };
  }
}

function program(objectives: object, settings: object = {}, optimizing = optimizer, more = {}): ProgramSpec {
  const all = nrmObjectivesConfig.parse(objectives);
  const how = { objectives: all, optimizer: optimizing, pseudoLabelThreshold: 0.3, ...more };
  return nrmProgram(nrm(network(settings), image), 1, sizes, how);
}

/** What every step says, and all variables after the last. */
function train(spec: ProgramSpec, mode: 'graph' | 'eager', steps: number, change: object = {}) {
  const made = compile({ ...spec, entries: { train: required(spec.entries, 'train') } }, { mode });
  const said = [...feeds(steps)].map((feed) =>
    Object.fromEntries(
      Object.entries(made.run('train', { ...feed, ...change })).map(([name, { data }]) => [name, data[0]!]),
    ),
  );
  const state = made.state();
  made.dispose();
  return { said, state };
}

const everything = {
  reconstruction: 1,
  kl: 0.1,
  entropy: 0.3,
  nonNegativity: 1,
  momentMatching: 0.2,
  pathNormalization: 1,
  consistency: 5,
  pseudoLabel: 0.5,
  classBalance: 0.2,
  virtualAdversarial: 0.5,
};
const moved = (a: HostArray, b: HostArray) =>
  Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)));

describe.runIf(native)('training a neural rendering model, compiled', () => {
  it.each([
    ['bias', everything, {}],
    ['batch normalisation and LeakyReLU', everything, { normalization: 'batch', activation: 'leaky-relu' }],
    ['Max-Min', everything, { maxMin: true }],
    [
      'Max-Min with batch normalisation',
      publishedNrmObjectives.mnist,
      { maxMin: true, normalization: 'batch' },
    ],
    [
      'rendered maps normalised',
      publishedNrmObjectives.cifar10MeanTeacher,
      { maxMin: true, normalization: 'batch', activation: 'leaky-relu', rendering: 'normalized' },
      // Dividing by how little a faint map varies enlarges the roundings that it is drawn with.
      2e-4,
    ],
    ['supervised', {}, {}],
  ])('says what it says op by op: %s', (_, objectives, settings, rounding = 1e-5) => {
    const spec = program(objectives, settings);
    const [graph, eager] = [train(spec, 'graph', 6), train(spec, 'eager', 6)];
    expect(Object.keys(graph.state)).toEqual(Object.keys(eager.state));
    graph.said.forEach((numbers, step) => {
      expect(Object.keys(numbers).sort()).toEqual(Object.keys(eager.said[step]!).sort());
      for (const [name, value] of Object.entries(numbers)) {
        const other = required(eager.said[step]!, name);
        const limit = name === 'gradientNorm' ? 1e-3 : rounding;
        expect(
          Math.abs(value - other) / Math.max(0.01, Math.abs(other)),
          `${name}, step ${step + 1}`,
        ).toBeLessThan(limit);
      }
    });
  });

  it('renders with the signed E-step as op by op, and otherwise than without', () => {
    const settings = {
      layers: [
        { filters: 4, pool: {}, dropout: 0.3 },
        { filters: 4, pool: { kind: 'mean' } },
      ],
    };
    const spec = shaken(program(everything, settings, optimizer, { signed: true }));
    const [graph, eager] = [train(spec, 'graph', 3), train(spec, 'eager', 3)];
    graph.said.forEach(({ loss }, step) => {
      expect(loss! / required(eager.said[step]!, 'loss')).toBeCloseTo(1, 4);
    });
    const ordinary = train(shaken(program(everything, settings)), 'graph', 3);
    expect(ordinary.said[0]!.reconstruction).not.toBe(graph.said[0]!.reconstruction);
    expect(ordinary.said[0]!.crossEntropy).toBe(graph.said[0]!.crossEntropy);
  });

  it('drops the same units op by op, others in the next step, and never when it evaluates', () => {
    const settings = {
      layers: [
        { filters: 4, pool: {}, dropout: 0.5 },
        { filters: 4, dropout: 0.2 },
      ],
    };
    const spec = program(everything, settings);
    const [graph, eager] = [train(spec, 'graph', 4), train(spec, 'eager', 4)];
    graph.said.forEach(({ loss }, step) => {
      expect(loss! / required(eager.said[step]!, 'loss')).toBeCloseTo(1, 4);
    });
    const still = { learningRate: 0, ...bars(sizes.labelled, new Random(1)) };
    const { said } = train(program({}, settings), 'graph', 3, { ...still, labelled: still.images });
    expect(new Set(said.map(({ loss }) => loss)).size).toBe(3);
  });
});

describe('training a neural rendering model', () => {
  it('with pictures of its own for the teacher compares with what the teacher says of those', () => {
    const objectives = nrmObjectivesConfig.parse({ consistency: 5 });
    const spec = (teacherView: boolean) =>
      nrmProgram(nrm(network(), image), 1, { ...sizes, teacherView }, { objectives, optimizer });
    const pictures = [...feeds(3)].map(({ labelled, unlabelled }) =>
      Uint8Array.from([...labelled, ...unlabelled]),
    );
    const feed = (views: readonly Uint8Array[]) => {
      const made = compile(
        { ...spec(true), entries: { train: required(spec(true).entries, 'train') } },
        { mode },
      );
      const said = [...feeds(3)].map(
        (each, step) =>
          required(made.run('train', { ...each, teacherView: views[step]! }), 'consistency').data[0]!,
      );
      made.dispose();
      return said;
    };
    const same = train(spec(false), mode, 3).said.map(({ consistency }) => consistency);
    expect(feed(pictures)).toEqual(same);
    const others = feed(pictures.map((each) => each.toReversed()));
    for (const [step, value] of others.entries()) expect(value).toBeGreaterThan(same[step]!);
  });

  it('without unsupervised losses is the supervised run, bit for bit', () => {
    const model = nrm(network(), image);
    const { height, width, channels } = image;
    // The same network written down plainly.
    const supervised: ProgramSpec = {
      variables: model.parameters(1),
      entries: {
        train: {
          inputs: {
            labelled: { shape: [sizes.labelled, height, width, channels], dtype: 'uint8' },
            labels: { shape: [sizes.labelled], dtype: 'int32' },
            learningRate: { shape: [], dtype: 'float32' },
          },
          run: ({ labelled, labels, learningRate }, step) => {
            const v = step.variables;
            const convolve = (x: Tensor4D, layer: number, padding: 'same' | 'valid') =>
              tf.conv2d(x, v[`layer.${layer}.weight`] as Tensor4D, 1, padding);
            const loss = () => {
              const first = tf.maxPool(convolve(tf.div(labelled!, 255), 0, 'same'), 2, 2, 'valid');
              const second = convolve(tf.relu(tf.add(first, required(v, 'layer.0.bias'))), 1, 'valid');
              const third = convolve(tf.relu(tf.add(second, required(v, 'layer.1.bias'))), 2, 'same');
              const top = tf.avgPool(
                tf.relu(tf.add(third, required(v, 'layer.2.bias'))) as Tensor4D,
                2,
                2,
                'valid',
              );
              const logits = tf.add(
                tf.matMul(tf.mean(top, [1, 2]), required(v, 'classifier.weight')),
                required(v, 'classifier.bias'),
              );
              const wanted = tf.oneHot(labels as tf.Tensor1D, 3);
              // Divided by a computed count: TensorFlow would multiply by the rounded inverse of a constant.
              const count = tf.sum(tf.cast(wanted, 'float32'));
              return tf.div(tf.neg(tf.sum(tf.mul(wanted, tf.logSoftmax(logits)))), count) as Scalar;
            };
            return step.minimize(loss, { optimizer, learningRate: learningRate as Scalar });
          },
        },
      },
    };
    const made = compile(supervised, { mode });
    const losses = [...feeds(10)].map(
      ({ labelled, labels, learningRate }) =>
        required(made.run('train', { labelled, labels, learningRate }), 'loss').data[0],
    );
    const zeros = Object.fromEntries(UNSUPERVISED.map((name) => [name, 0]));
    const { said, state } = train(program(zeros), mode, 10);
    expect(said.map(({ loss }) => loss)).toEqual(losses);
    for (const [name, { data }] of Object.entries(made.state()))
      expect(required(state, name).data, name).toEqual(data);
    expect(losses[9]).not.toBe(losses[0]);
    made.dispose();
  });

  it.each(UNSUPERVISED)('%s alone moves the shared weights', (name) => {
    const spec = shaken(program({ crossEntropy: 0, [name]: 1 }, {}, { kind: 'sgd', momentum: 0 }));
    const made = compile(spec, { mode });
    const [feed] = [...feeds(1)];
    const start = made.state();
    made.run('train', { ...feed!, ramp: 0 });
    for (const each of Object.keys(spec.variables).filter((each) => !each.startsWith(TEACHER_PREFIX)))
      expect(moved(required(made.state(), each), required(start, each)), each).toBe(0);
    const { gradientNorm } = made.run('train', feed!);
    expect(gradientNorm!.data[0]).toBeGreaterThan(0);
    // The lowest layer's weights draw the picture alone, which not every loss looks at.
    for (const weight of ['layer.1.weight', 'layer.2.weight'])
      expect(moved(required(made.state(), weight), required(start, weight)), weight).toBeGreaterThan(0);
    made.dispose();
  });

  it('moves the teacher by its average alone', () => {
    const spec = shaken(program({ consistency: 1, entropy: 1 }, { normalization: 'batch', maxMin: true }));
    const made = compile(spec, { mode });
    const [feed] = [...feeds(1)];
    const start = made.state();
    const names = Object.keys(spec.variables).filter((name) => !name.startsWith(TEACHER_PREFIX));
    expect(names).toContain('layer.0.min.variance');
    for (const teacherDecay of [1, 0, 0.25]) {
      made.restore(start);
      made.run('train', { ...feed!, teacherDecay });
      const now = made.state();
      for (const name of names) {
        const [teacher, student] = [required(start, TEACHER_PREFIX + name), required(now, name)];
        expect(moved(student, required(start, name)), name).toBeGreaterThan(0);
        const data = teacher.data.map(
          (value, i) => teacherDecay * value + (1 - teacherDecay) * student.data[i]!,
        );
        const difference = moved(required(now, TEACHER_PREFIX + name), { shape: [], data });
        if (teacherDecay === 1) expect(difference, name).toBe(0);
        else expect(difference, name).toBeLessThan(1e-6);
      }
    }
    made.dispose();
  });

  it('learns, evaluates student and teacher, and renders', () => {
    const trained = (objectives: object, settings: object) => {
      const made = compile(program(objectives, settings), { mode });
      const said = [...feeds(60)].map((feed) => made.run('train', { ...feed, learningRate: 0.01 }));
      const mean = (from: number, name: string) =>
        said.slice(from, from + 10).reduce((sum, each) => sum + required(each, name).data[0]!, 0);
      return { made, ratio: (name: string) => mean(50, name) / mean(0, name) };
    };
    const renderer = trained({ crossEntropy: 0, reconstruction: 50 }, { globalPooling: 'none' });
    expect(renderer.ratio('reconstruction')).toBeLessThan(0.9);
    renderer.made.dispose();
    const { made, ratio } = trained({ reconstruction: 0.5, entropy: 0.1 }, { maxMin: true });
    expect(ratio('crossEntropy')).toBeLessThan(0.7);
    const random = new Random(3);
    const { images } = bars(sizes.batch, random);
    const { logits, teacherLogits } = made.run('evaluate', { images });
    expect([logits!.shape, teacherLogits!.shape]).toEqual([
      [5, 3],
      [5, 3],
    ]);
    expect([...logits!.data]).not.toEqual([...teacherLogits!.data]);
    const rendered: Named<HostArray> = made.run('render', { images });
    expect(required(rendered, 'image').shape).toEqual([5, 13, 12, 1]);
    for (const layer of [0, 1, 2])
      expect(required(rendered, `rendered.${layer}`).shape).toEqual(
        required(rendered, `inferred.${layer}`).shape,
      );
    const error = (at: number) =>
      Array.from(
        { length: 156 },
        (_, i) => (images[at * 156 + i]! / 255 - required(rendered, 'image').data[at * 156 + i]!) ** 2 / 2,
      ).reduce((a, b) => a + b);
    expect(required(rendered, 'reconstructionError').data[1]).toBeCloseTo(error(1), 3);
    made.dispose();
  });
});

/** The same program from other values: biases that are not 0, and a teacher that knows something else. */
function shaken(spec: ProgramSpec): ProgramSpec {
  const shake = (name: string, { shape, data }: HostArray): HostArray => {
    const amount = name.startsWith(TEACHER_PREFIX) ? 0.2 : 0.1;
    return { shape, data: Float32Array.from(data, (value, i) => value + amount * Math.sin(i + 1)) };
  };
  const variables = Object.entries(spec.variables).map(([name, value]) => [name, shake(name, value)]);
  return { ...spec, variables: Object.fromEntries(variables) };
}
