import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { weightsOf } from '../../src/evaluation/classifierViews.js';
import { noiseOf, nrmLikelihood } from '../../src/evaluation/nrmLikelihood.js';
import { nrmViewProgram } from '../../src/methods/rendering/nrmViews.js';
import {
  countPaths,
  everythingOn,
  nrm,
  nrmConfig,
  pathOf,
  pathScore,
  renderFrom,
} from '../../src/models/nrm/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { HostArray, Named, ProgramSpec } from '../../src/tensorflow/spec/program.js';

await loadTensorFlow();

const image = { height: 9, width: 8, channels: 1 };
const [batch, shown, classes] = [4, 3, 3];
const network = (settings: object = {}) =>
  nrm(
    nrmConfig.parse({
      name: 'nrm',
      classes,
      layers: [
        { filters: 4, kernel: 5, pool: {} },
        { filters: 5, padding: 'valid' },
      ],
      ...settings,
    }),
    image,
  );

/** The program from other values than the first: biases that are not 0, or nothing negative but them. */
function views(settings: object = {}, nonNegative = false) {
  const model = network(settings);
  const spec = nrmViewProgram(model, { batch, shown });
  const random = new Random(3);
  const shaken = (name: string, { shape, data }: HostArray): HostArray => {
    const values = Float32Array.from(data, (value) => value + 0.2 * random.normal());
    const positive = /variance$/.test(name) || (nonNegative && /weight$/.test(name));
    return { shape, data: positive ? values.map(Math.abs) : values };
  };
  const variables = Object.fromEntries(
    Object.entries(spec.variables).map(([name, value]) => [name, shaken(name, value)]),
  );
  const program = compile({ ...spec, variables } satisfies ProgramSpec);
  const parameters: Named<Tensor> = {};
  for (const [name, { data, shape }] of Object.entries(variables))
    parameters[name] = tf.tensor(data, [...shape]);
  return { model, program, parameters };
}

const bytes = (count: number) => {
  const random = new Random(8);
  return Uint8Array.from({ length: count * 72 }, () => random.integer(256));
};
const pictures = (count: number): Tensor4D =>
  tf.div(tf.tensor4d(Float32Array.from(bytes(count)), [count, 9, 8, 1]), 255);
const sumOf = (data: ArrayLike<number>, from: number, count: number) =>
  Array.from({ length: count }, (_, i) => data[from + i]!).reduce((a, b) => a + b, 0);

describe('drawing from a layer', () => {
  it('from the template as the top layer has it is what the model renders', () => {
    const { model, parameters } = views({ globalPooling: 'none' });
    const path = pathOf(model.forward(parameters, pictures(2)));
    const template = tf.randomNormal([2, model.features], 0, 1, 'float32', 4);
    const { image: rendered, maps } = model.render(parameters, template, path);
    for (const index of [0, 1]) {
      const drawn = renderFrom(model, parameters, maps[index]!, index, path);
      expect(tf.max(tf.abs(tf.sub(drawn, rendered))).dataSync()[0]).toBe(0);
    }
  });

  it('counts rendering paths', () => {
    const model = network({ layers: [{ filters: 4 }, { filters: 5, kernel: 1 }] });
    const all = countPaths(model, { switches: everythingOn(model, 2) }).dataSync();
    // Places of the kernel that lie on the picture, over all places of the map: (3 · 9 − 2)(3 · 8 − 2); then 4 · 5 ways through units.
    expect([...all]).toEqual([25 * 22 * 20, 25 * 22 * 20]);
    const half = everythingOn(model, 1);
    const left = { active: tf.tensor([1, 0, 0, 1]).mul(half[0]!.active) as Tensor4D };
    expect(countPaths(model, { switches: [left, half[1]!] }).dataSync()[0]).toBe(25 * 22 * 10);
    const pooled = network({ layers: [{ filters: 2, kernel: 1, pool: {} }] });
    const path = pathOf(pooled.forward({ ...parametersOf(pooled) }, pictures(1)));
    expect(countPaths(pooled, { switches: everythingOn(pooled, 1) }).dataSync()[0]).toBe(8 * 8 * 2);
    expect(countPaths(pooled, path).dataSync()[0]).toBe(tf.sum(path.switches[0]!.active).dataSync()[0]);
  });

  const parametersOf = (model: ReturnType<typeof network>): Named<Tensor> =>
    Object.fromEntries(
      Object.entries(model.parameters(1)).map(([name, { data, shape }]) => [
        name,
        tf.tensor(data, [...shape]),
      ]),
    );
});

describe.each([
  ['bias', {}],
  ['batch normalisation, Max-Min', { normalization: 'batch', maxMin: true }],
  ['rendered maps normalised', { normalization: 'batch', rendering: 'normalized' }],
])('looking into a model, %s', (_, settings) => {
  it('scores pictures by the formula', () => {
    const { model, program, parameters } = views(settings);
    const scores = program.run('score', { images: bytes(batch) });
    const x = pictures(batch);
    const inference = model.forward(parameters, x);
    const answers = tf.argMax(inference.logits, 1) as tf.Tensor1D;
    const labels = tf.cast(tf.oneHot(answers, classes), 'float32') as tf.Tensor2D;
    const path = pathOf(inference);
    const rendering = model.render(parameters, model.templates(parameters, labels), path);
    const errors = tf.sum(tf.square(tf.sub(x, rendering.image)), [1, 2, 3]).dataSync();
    const eta = pathScore(rendering, path).dataSync();
    const nothing = pathOf(model.forward(parameters, tf.zeros([batch, 9, 8, 1])));
    const empty = pathScore(
      model.render(parameters, model.templates(parameters, labels), nothing),
      nothing,
    ).dataSync();
    const prior = tf.softmax(required(parameters, 'classifier.bias')).dataSync();
    const noise = noiseOf(required(scores, 'squaredError').data as Float32Array, 72);
    const data = Object.fromEntries(
      Object.entries(scores).map(([name, each]) => [name, { data: each.data as Float32Array }]),
    );
    const { full, signed } = nrmLikelihood(data, noise);
    answers.dataSync().forEach((label, n) => {
      const { variance } = noise;
      const expected =
        (-0.5 * errors[n]! + eta[n]! - empty[n]!) / variance -
        36 * Math.log(2 * Math.PI * variance) +
        Math.log(prior[label]!);
      expect(full[n]! / expected).toBeCloseTo(1, 3);
      if (model.config.rendering === 'normalized') expect(signed).toBeUndefined();
      else expect(Number.isFinite(signed![n])).toBe(true);
    });
    expect(noise.variance).toBeCloseTo(sumOf(errors, 0, batch) / batch / 72, 4);
    program.dispose();
  });

  it('shares a logit out over places: on every layer the same in sum', () => {
    const { model, program, parameters } = views(settings);
    const seen = program.run('look', { images: bytes(shown) });
    const x = pictures(shown);
    const inference = model.forward(parameters, x);
    const labels = tf.cast(tf.oneHot(tf.argMax(inference.logits, 1) as tf.Tensor1D, classes), 'float32');
    const path = pathOf(inference);
    // However pictures are drawn: logits are shared out by the exact inverse.
    const inverse = network({ ...settings, rendering: 'folded' });
    const { units } = inverse.render(parameters, model.templates(parameters, labels), path);
    const bias = required(parameters, 'classifier.bias').dataSync();
    for (let n = 0; n < shown; n++) {
      const logits = Array.from(required(seen, 'logits').data.slice(n * classes, (n + 1) * classes));
      const label = logits.indexOf(Math.max(...logits));
      for (const layer of [0, 1, 2]) {
        const { data, shape } = required(seen, `adds.${layer}`);
        const size = shape[1]! * shape[2]!;
        // The scores of the switches from this layer's map down.
        const below = units
          .slice(0, layer)
          .map((each, i) => tf.sum(tf.mul(tf.slice(each, n, 1), path.affines[i]!.shift)).dataSync()[0]!);
        const eta = pathScore({ units } as Parameters<typeof pathScore>[0], path).dataSync()[n]!;
        const above = eta - below.reduce((a, b) => a + b, 0);
        expect(sumOf(data, n * size, size) + above + bias[label]!).toBeCloseTo(logits[label]!, 2);
      }
    }
    expect(required(seen, 'from.1').shape).toEqual([shown, 9, 8, 1]);
    expect(required(seen, 'active.0').shape).toEqual([shown, 9, 8]);
    expect(required(seen, 'paths').data[0]).toBeLessThan(required(seen, 'allPaths').data[0]!);
    program.dispose();
  });
});

describe('the picture that excites a class most', () => {
  const linear = (drawn: ArrayLike<number>, x: ArrayLike<number>, from: number) =>
    Array.from({ length: 72 }, (_, i) => drawn[from + i]! * x[from + i]!).reduce((a, b) => a + b);

  it('is the best of its norm for the switches it was found with', () => {
    const { program } = views();
    const random = new Random(5);
    const start = Float32Array.from({ length: classes * 72 }, () => random.normal());
    const [norm, r] = [2.5, 2.5];
    const { best, promised, reached } = program.run('maximise', { pictures: start, norm });
    for (let y = 0; y < classes; y++) {
      const length = Math.sqrt(linear(best!.data, best!.data, 72 * y));
      expect(length).toBeCloseTo(r, 4);
      // ⟨x, h₀⟩ of the start is its logit but for what does not depend on pixels; ‖h₀‖ = (promised − that) / r.
      const startLength = Math.sqrt(linear(start, start, 72 * y));
      const cosine = linear(best!.data, start, 72 * y) / (r * startLength);
      const gain = (promised!.data[y]! - reached!.data[y]!) / (r - startLength * cosine);
      // So many logits for a step of 1 along x*: the same for another norm.
      const other = program.run('maximise', { pictures: start, norm: 5 });
      expect((required(other, 'promised').data[y]! - promised!.data[y]!) / 2.5).toBeCloseTo(gain, 2);
    }
    program.dispose();
  });

  it('reaches at least what is promised where nothing rendered is negative, more each time', () => {
    const { program } = views({}, true);
    const random = new Random(6);
    let from: Float32Array = Float32Array.from({ length: classes * 72 }, () => random.uniform());
    let before: ArrayLike<number> = [];
    for (let round = 0; round < 4; round++) {
      const { best, promised, reached } = program.run('maximise', { pictures: from, norm: 3 });
      for (let y = 0; y < classes && round > 0; y++)
        expect(reached!.data[y]).toBeGreaterThanOrEqual(before[y]! - 1e-3);
      before = promised!.data;
      from = best!.data as Float32Array;
    }
    program.dispose();
  });
});

describe('weights of a network', () => {
  it('are those of the student or of the teacher, without what only training needs', () => {
    const value = (x: number): HostArray => ({ shape: [1], data: Float32Array.of(x) });
    const state = { 'a.weight': value(1), 'teacher/a.weight': value(2), 'optimizer/a.weight/m': value(3) };
    expect(weightsOf(state, 'student')).toEqual({ 'a.weight': value(1) });
    expect(weightsOf(state, 'teacher')).toEqual({ 'a.weight': value(2) });
  });
});
