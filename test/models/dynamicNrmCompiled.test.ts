import { describe, expect, it } from 'vitest';
import { eachOf } from '../../src/common/eachOf.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { videoProgram } from '../../src/engine/videoProgram.js';
import { dynamicNrmClassifier } from '../../src/methods/classification/clipClassifier.js';
import { clipClassifierProgram } from '../../src/methods/classification/clipClassifierProgram.js';
import type { NrmStepSettings } from '../../src/methods/parts/classifierStep.js';
import { nrmObjectivesConfig, UNSUPERVISED_OF_CLIPS } from '../../src/methods/settings/nrmObjectives.js';
import { dynamicNrm, dynamicNrmConfig, dynamicNrmModel } from '../../src/models/dynamicNrm/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { HostArray, ProgramSpec } from '../../src/tensorflow/spec/program.js';

const native = (await loadTensorFlow({ precision: 'full' })).backend === 'tensorflow';

const frame = { height: 9, width: 8, channels: 1 };
const sizes = { labelled: 2, unlabelled: 3, batch: 4, frames: 2 };
const adam: NrmStepSettings['optimizer'] = { kind: 'adam', beta1: 0.9, beta2: 0.999 };
const sgd: NrmStepSettings['optimizer'] = { kind: 'sgd', momentum: 0 };
const rates = { learningRate: 0.003, ramp: 0.7, teacherDecay: 0.9, statisticsDecay: 0.99 };

const network = (settings: object = {}) =>
  dynamicNrmConfig.parse({
    name: 'dynamic-nrm',
    classes: 3,
    layers: [{ filters: 4, pool: {} }, { filters: 5 }, { filters: 4, pool: { kind: 'mean' } }],
    ...settings,
  });

/** Bright squares that wander. */
function clips(count: number, frames: number, random: Random): Uint8Array {
  const { height, width } = frame;
  const all = new Uint8Array(count * frames * height * width);
  for (let n = 0; n < count; n++) {
    const [x, y] = [random.integer(3), random.integer(5)];
    for (let t = 0; t < frames; t++)
      for (let i = 0; i < 9; i++)
        all[((n * frames + t) * height + y + Math.floor(i / 3)) * width + x + t + (i % 3)] =
          100 + random.integer(150);
  }
  return all;
}

function* feeds(steps: number) {
  const random = new Random(4);
  for (let step = 0; step < steps; step++) {
    const labels = Int32Array.from({ length: sizes.labelled }, () => random.integer(3));
    const [labelled, unlabelled] = eachOf([sizes.labelled, sizes.unlabelled], (n) =>
      clips(n, sizes.frames, random),
    );
    yield { labelled: labelled, labels, unlabelled: unlabelled, ...rates };
  }
}

/** From values none of which is 0, R's included. */
function program(objectives: object, settings: object = {}, how: Partial<NrmStepSettings> = {}): ProgramSpec {
  const all = nrmObjectivesConfig.parse(objectives);
  const step = { objectives: all, optimizer: adam, pseudoLabelThreshold: 0.3, ...how };
  const classifier = dynamicNrmClassifier(dynamicNrm(network(settings), frame));
  const spec = clipClassifierProgram(classifier, 1, sizes, step);
  const shake = ({ shape, data }: HostArray, by: number): HostArray => ({
    shape,
    data: Float32Array.from(data, (value, i) => value + 0.1 * Math.sin(i + by)),
  });
  const variables = Object.entries(spec.variables).map(([name, value], i) => [name, shake(value, i + 1)]);
  return { ...spec, variables: Object.fromEntries(variables) };
}

function train(spec: ProgramSpec, how: 'graph' | 'eager', steps: number) {
  const made = compile({ ...spec, entries: { train: required(spec.entries, 'train') } }, { mode: how });
  const said = [...feeds(steps)].map((feed) =>
    Object.fromEntries(Object.entries(made.run('train', feed)).map(([name, { data }]) => [name, data[0]!])),
  );
  made.dispose();
  return said;
}

const everything = {
  reconstruction: 1,
  prediction: 1,
  kl: 0.1,
  entropy: 0.3,
  nonNegativity: 1,
  momentMatching: 0.2,
  pathNormalization: 1,
  consistency: 5,
  pseudoLabel: 0.5,
  classBalance: 0.3,
};
const moved = (a: HostArray, b: HostArray) =>
  Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)));

describe.runIf(native)('training a dynamic NRM, compiled', () => {
  it.each([
    ['switches', {}, {}],
    ['rendered units, LeakyReLU', { remembers: 'units', activation: 'leaky-relu' }, { rendered: 2 }],
    [
      'no memory, noise, batch normalisation',
      { memory: 'none', dynamics: 'none', normalization: 'batch' },
      { inputNoise: 0.1, cleanTeacher: true },
    ],
  ] as const)('says what it says op by op: %s', (_, settings, how) => {
    const spec = program(everything, settings, how);
    const [graph, eager] = [train(spec, 'graph', 2), train(spec, 'eager', 2)];
    graph.forEach((numbers, step) => {
      expect(Object.keys(numbers).sort()).toEqual(Object.keys(eager[step]!).sort());
      for (const [name, value] of Object.entries(numbers)) {
        const other = required(eager[step]!, name);
        const limit = name === 'gradientNorm' ? 1e-3 : 1e-5;
        const apart = Math.abs(value - other) / Math.max(0.01, Math.abs(other));
        expect(apart, `${name}, step ${step + 1}`).toBeLessThan(limit);
      }
    });
  });

  it('as a model that predicts, too', () => {
    const config = network({ layers: [{ filters: 4, pool: {} }, { filters: 4 }] });
    const losses = (how: 'graph' | 'eager') => {
      const settings = { optimizer: adam, predict: 'every' } as const;
      const { variables, entries } = videoProgram(
        dynamicNrmModel(config, frame),
        1,
        { batch: 2, steps: 2 },
        settings,
      );
      const made = compile({ variables, entries: { train: required(entries, 'train') } }, { mode: how });
      const random = new Random(2);
      const said = [1, 2].map(
        () =>
          required(made.run('train', { clips: clips(2, 3, random), learningRate: 0.01 }), 'loss').data[0]!,
      );
      made.dispose();
      return said;
    };
    const eager = losses('eager');
    losses('graph').forEach((loss, step) => {
      expect(loss / eager[step]!).toBeCloseTo(1, 4);
    });
    expect(eager[0]).not.toBe(eager[1]);
  });
});

describe('training a dynamic NRM', () => {
  it.each(UNSUPERVISED_OF_CLIPS)('%s alone moves the shared weights, and R', (name) => {
    const spec = program({ crossEntropy: 0, [name]: 1 }, {}, { optimizer: sgd });
    const made = compile({ ...spec, entries: { train: required(spec.entries, 'train') } }, { mode: 'eager' });
    const [feed] = [...feeds(1)];
    const start = made.state();
    made.run('train', { ...feed!, ramp: 1, learningRate: 1 });
    // The lowest layer draws the picture alone, which not every loss looks at.
    for (const weight of ['layer.1.weight', 'layer.1.memory', 'layer.2.weight'])
      expect(moved(required(made.state(), weight), required(start, weight)), weight).toBeGreaterThan(0);
    made.dispose();
  });

  it('cross-entropy moves R from 0 on', () => {
    const spec = program({}, {}, { optimizer: sgd });
    for (const [name, value] of Object.entries(spec.variables))
      if (name.endsWith('.memory')) spec.variables[name] = { ...value, data: value.data.map(() => 0) };
    const made = compile({ ...spec, entries: { train: required(spec.entries, 'train') } }, { mode: 'eager' });
    const [feed] = [...feeds(1)];
    made.run('train', feed!);
    for (const layer of [0, 1, 2])
      expect(Math.max(...required(made.state(), `layer.${layer}.memory`).data.map(Math.abs))).toBeGreaterThan(
        0,
      );
    made.dispose();
  });
});
