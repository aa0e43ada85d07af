import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../src/common/errors.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { loadSampleConfig } from '../../src/config/loadConfig.js';
import { type SampleConfig, sampleConfig } from '../../src/config/sampleConfig.js';
import { openInlineEngine } from '../../src/engine/engine.js';
import { evaluateClassifier, readClassifierEvaluation } from '../../src/evaluation/classifierEvaluation.js';
import { trainSamples } from '../../src/learning/trainSamples.js';
import { rampFactor } from '../../src/methods/parts/ramp.js';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { environmentOf } from '../../src/runs/environment.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { imagesSeen, LabelledBatches } from '../../src/samples/labelledBatches.js';
import type { ClassifiedImages, SampleData } from '../../src/samples/sampleData.js';
import { ShuffledPasses } from '../../src/samples/shuffledPasses.js';
import { augmentationViews } from '../../src/views/index.js';

const SIDE = 10;

/** A bright bar in one of ten rows or, with noise, what is hard to tell from it: ten classes. */
function bars(count: number, seed: number): ClassifiedImages {
  const random = new Random(seed);
  const images = Uint8Array.from({ length: count * SIDE * SIDE }, () => random.integer(60));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  labels.forEach((label, n) => {
    for (let x = 1; x < 9; x++) images[(n * SIDE + label) * SIDE + x] = 120 + random.integer(130);
  });
  return { count, side: SIDE, channels: 1, images, labels };
}

const data: SampleData = {
  description: 'bars',
  classes: Array.from({ length: 10 }, (_, i) => `row ${i}`),
  train: bars(203, 1),
  labelled: Array.from({ length: 20 }, (_, i) => 3 * i),
  validation: bars(23, 2),
  test: bars(47, 3),
};

const TINY = {
  name: 'bars',
  data: { dataset: 'mnist', labels: 20 },
  model: {
    name: 'nrm',
    layers: [{ filters: 6, pool: { kind: 'max' }, dropout: 0.1 }, { filters: 8 }],
    normalization: 'batch',
    globalPooling: 'none',
  },
  training: {
    labelled: 8,
    unlabelled: 12,
    steps: 6,
    learningRate: 0.01,
    validateEvery: 3,
    checkpointEvery: 2,
  },
  evaluation: { batch: 10 },
};

const config = (more: object = {}, training: object = {}): SampleConfig =>
  sampleConfig.parse({
    ...TINY,
    method: { name: 'supervised' },
    ...more,
    training: { ...TINY.training, ...training },
  });

const image = { height: SIDE, width: SIDE, channels: 1 };

async function session(
  folder: string,
  settings: SampleConfig,
  how: { resume?: boolean; stopAfter?: number } = {},
) {
  const engine = await openInlineEngine({ samples: settings, image });
  const stop = new AbortController();
  try {
    const run = how.resume
      ? await RunFolder.open(folder)
      : await RunFolder.create(folder, settings, environmentOf(settings, engine.tensorflow));
    const position = await trainSamples({
      run,
      config: settings,
      data,
      engine,
      resume: how.resume,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === 'step' && event.position.step === how.stopAfter) stop.abort();
      },
    });
    return { run, position, evaluation: await evaluateClassifier(run, settings, engine, data) };
  } finally {
    await engine.dispose();
  }
}

const temporary = () => join(mkdtempSync(join(tmpdir(), 'foreframe-classifier-')), 'run');

describe('batches of a classifier', () => {
  it('go through everything once a pass, in another order each time, from any place', () => {
    const passes = new ShuffledPasses(7, 1, 'test');
    const [first, second] = [passes.take(0, 7), passes.take(7, 7)];
    const sorted = [0, 1, 2, 3, 4, 5, 6];
    expect([...first].sort()).toEqual(sorted);
    expect([...second].sort()).toEqual(sorted);
    expect(first).not.toEqual(second);
    expect(new ShuffledPasses(7, 1, 'test').take(5, 4)).toEqual([...first.slice(5), ...second.slice(0, 2)]);
  });

  it('show labelled pictures with their labels, and never a label that was not bought', () => {
    const batches = new LabelledBatches(data, { labelled: 8, unlabelled: 12 }, 1);
    const bought = data.labelled.map((place) =>
      Buffer.from(data.train.images.subarray(place * 100, (place + 1) * 100)).toString('hex'),
    );
    for (let step = 0; step < 6; step++) {
      const { labelled, labels, unlabelled } = batches.batch(step);
      expect([labelled!.length, labels!.length, unlabelled!.length]).toEqual([800, 8, 1200]);
      for (let n = 0; n < 8; n++) {
        const place = bought.indexOf(Buffer.from(labelled!.subarray(n * 100, (n + 1) * 100)).toString('hex'));
        expect(labels![n]).toBe(data.train.labels[data.labelled[place]!]);
      }
    }
    expect(new LabelledBatches(data, { labelled: 8, unlabelled: 0 }, 1).batch(0).unlabelled).toBeUndefined();
  });

  it('show the teacher the same pictures changed in another way, after the steps with labels alone', () => {
    const sizes = { labelled: 8, unlabelled: 12, teacherView: true, labelsFirst: 2 };
    const augmentation = augmentationViews.parse({ translate: 1 });
    const batches = new LabelledBatches(data, sizes, 1, augmentation);
    const alone = new LabelledBatches(data, { labelled: 8, unlabelled: 0 }, 1, augmentation);
    for (const step of [0, 1]) expect(batches.batch(step)).toEqual(alone.batch(step));
    const plain = new LabelledBatches(data, sizes, 1);
    const [moved, still] = [batches.batch(2), plain.batch(2)];
    expect(moved.labels).toEqual(still.labels);
    expect(moved.labelled).not.toEqual(still.labelled);
    // Without augmentation all see the same.
    expect(still.teacherView).toEqual(
      Uint8Array.from([...required(still, 'labelled'), ...required(still, 'unlabelled')]),
    );
    expect(moved.teacherView).not.toEqual(
      Uint8Array.from([...required(moved, 'labelled'), ...required(moved, 'unlabelled')]),
    );
    expect(batches.batch(2)).toEqual(moved);
    expect(still.unlabelled).toEqual(
      new LabelledBatches(data, { labelled: 8, unlabelled: 12 }, 1).batch(0).unlabelled,
    );
    expect([0, 2, 5].map((steps) => imagesSeen(sizes, steps))).toEqual([0, 16, 76]);
  });

  it('ramps up', () => {
    expect([rampFactor(0, 100), rampFactor(100, 100), rampFactor(0, 0)]).toEqual([Math.exp(-5), 1, 1]);
  });
});

describe('training a classifier', () => {
  it('that was stopped and resumed ends in the same weights, bit for bit', async () => {
    const settings = config({
      method: {
        name: 'nrm',
        noise: 0.1,
        rendered: 5,
        objectives: { reconstruction: 1, consistency: 3, entropy: 0.1 },
      },
    });
    const [whole, parts] = [temporary(), temporary()];
    const { run, position, evaluation } = await session(whole, settings);
    await expect(session(parts, settings, { stopAfter: 3 })).rejects.toThrow(InterruptedError);
    const resumed = await session(parts, settings, { resume: true });
    expect(resumed.position).toMatchObject({ step: 6, best: position.best });
    const [a, b] = [await loadCheckpoint(run.last), await loadCheckpoint(resumed.run.last)];
    expect(b.state).toEqual(a.state);
    expect(Object.keys(a.state).some((name) => name.startsWith('teacher/'))).toBe(true);
    const losses = (path: string) =>
      readMetrics(join(path, 'metrics.jsonl')).flatMap(({ step, loss }) => (loss ? [[step, loss]] : []));
    expect(losses(parts)).toEqual(losses(whole));
    expect(losses(whole)).toHaveLength(6);

    expect(evaluation).toMatchObject({
      labels: 20,
      draw: 1,
      network: 'teacher',
      last: { step: 6 },
      picturesSeen: 120,
    });
    expect(evaluation.confusion.flat().reduce((x, y) => x + y)).toBe(47);
    const wrong = evaluation.confusion
      .flatMap((row, i) => row.filter((_, j) => i !== j))
      .reduce((x, y) => x + y);
    expect(evaluation.testError).toBeCloseTo((100 * wrong) / 47, 10);
    expect(evaluation.best.validation.teacher).toBe(position.best!.error);
    expect(await readClassifierEvaluation(run)).toEqual(JSON.parse(JSON.stringify(evaluation)));
    expect(existsSync(run.events)).toBe(true);
    expect(readFileSync(run.config, 'utf8')).toContain('reconstruction: 1');
  }, 600_000);

  it('begins with labels alone as if there were nothing else, then goes on with all losses, resumed or not', async () => {
    const method = {
      name: 'nrm',
      rendered: 5,
      objectives: { reconstruction: 1, momentMatching: 0.1, consistency: 3 },
    };
    const how = { labelsFirst: 3, ramp: 2, augmentation: { translate: 1, flip: true } };
    // Without dropout: each kind of step draws numbers of its own.
    const model = { ...TINY.model, layers: [{ filters: 6, pool: { kind: 'max' } }, { filters: 8 }] };
    const losses = ({ run }: { run: RunFolder }, name: string) =>
      readMetrics(run.metrics).flatMap((each) => (each.loss === undefined ? [] : [each[name]]));
    const both = await session(temporary(), config({ model, method }, how));
    const labels = await session(temporary(), config({ model }, how));
    expect(losses(both, 'loss').slice(0, 3)).toEqual(losses(labels, 'loss').slice(0, 3));
    expect(losses(both, 'crossEntropy')[3]).not.toBe(losses(labels, 'crossEntropy')[3]);
    expect(losses(both, 'consistency').map(Number.isFinite)).toEqual([false, false, false, true, true, true]);
    expect(losses(both, 'ramp').slice(3)).toEqual([0, 1, 2].map((step) => rampFactor(step, 2)));
    expect(both.evaluation.picturesSeen).toBe(6 * 8 + 3 * 12);

    const parts = temporary();
    await expect(session(parts, config({ model, method }, how), { stopAfter: 2 })).rejects.toThrow(
      InterruptedError,
    );
    const resumed = await session(parts, config({ model, method }, how), { resume: true });
    const [a, b] = [await loadCheckpoint(both.run.last), await loadCheckpoint(resumed.run.last)];
    expect(b.state).toEqual(a.state);
  }, 600_000);

  it.each([
    ['supervised', { name: 'supervised' }, 'crossEntropy'],
    ['pseudo-label', { name: 'pseudo-label', threshold: 0.2 }, 'pseudoLabel'],
    ['entropy', { name: 'entropy', weight: 0.3 }, 'entropy'],
    ['mean-teacher', { name: 'mean-teacher' }, 'consistency'],
    [
      'nrm',
      {
        name: 'nrm',
        objectives: {
          reconstruction: 1,
          momentMatching: 0.1,
          pathNormalization: 0.5,
          classBalance: 0.5,
          entropy: 0.2,
        },
      },
      'reconstruction',
    ],
    [
      'nrm with neighbours',
      { name: 'nrm', radius: 0.1, objectives: { virtualAdversarial: 1, entropy: 0.2, classBalance: 0.5 } },
      'virtualAdversarial',
    ],
  ])(
    '%s lowers its losses and learns',
    async (_, method, own) => {
      const settings = config(
        { method },
        { steps: 90, validateEvery: 90, checkpointEvery: 90, teacherDecay: 0.9 },
      );
      const { run, evaluation } = await session(temporary(), settings);
      const steps = readMetrics(run.metrics).filter(({ loss }) => loss !== undefined);
      const mean = (name: string, from: number) =>
        steps.slice(from, from + 8).reduce((sum, each) => sum + required(each, name), 0) / 8;
      expect(mean('crossEntropy', 82)).toBeLessThan(0.5 * mean('crossEntropy', 0));
      // What is uncertain first rises with the network's own answers; past that it falls.
      const peak = Math.max(...[0, 8, 16, 24].map((from) => mean(own, from)));
      expect(mean(own, 82)).toBeLessThan(peak);
      // Chance is 90 %; the moving statistics that count here are still young.
      expect(evaluation.last.test.student).toBeLessThan(80);
    },
    600_000,
  );
});

describe('a classification pipeline', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'foreframe-classifier-')), 'p.yaml');
  const load = (...settings: string[]) => {
    writeFileSync(
      file,
      'name: p\ndata: { dataset: mnist }\nmodel: { preset: mnist }\nmethod: { name: supervised }\n',
    );
    return loadSampleConfig(file, settings);
  };

  it('takes a preset, settings beside it, and other methods whole', async () => {
    const settings = ['model.normalization=batch', 'method={name: mean-teacher}'];
    const { model, method, training } = await load(...settings);
    const layers = [32, 64, 64, 128].map((filters) => ({ filters }));
    expect(model).toMatchObject({ layers, normalization: 'batch' });
    expect(training.seconds).toBe(600);
    expect(method).toEqual({ name: 'mean-teacher', weight: 10, noise: 0.15 });
  });

  it.each([
    ['data.dataset=mnits', /data\.dataset/],
    ['data.labels=0', /data\.labels/],
    ['model.preset=minst', /model\.preset: there is no network minst; there are: mnist, allConv13/],
    ['method={name: magic}', /method\.name/],
    ['method={name: entropy, wait: 1}', /unknown key method\.wait; known here: name, weight, noise/],
    ['training.labeled=3', /unknown key training\.labeled: did you mean training\.labelled\?/],
    ['model.classes=4', /model\.classes: mnist has 10 classes: set model\.classes=10$/],
    ['model.rendering=normalized', /model\.rendering: .* set model\.normalization=batch/],
  ])('%s', async (setting, message) => {
    await expect(load(setting)).rejects.toThrow(message);
  });

  it('normalises rendered maps only where pictures are rendered while training', async () => {
    const normalized = ['model.normalization=batch', 'model.rendering=normalized'];
    const renders = 'method={name: nrm, objectives: {reconstruction: 1}}';
    expect((await load(...normalized, renders)).model).toMatchObject({ rendering: 'normalized' });
    expect((await load(...normalized)).model).toMatchObject({ rendering: 'folded' });
    const signed = load(
      ...normalized,
      'method={name: nrm, inference: signed, objectives: {reconstruction: 1}}',
    );
    await expect(signed).rejects.toThrow(/model\.rendering: the signed E-step/);
  });

  it('needs an end, and pictures for what learns from them', async () => {
    await expect(load('training={learningRate: 0.1}')).rejects.toThrow(/set steps or seconds/);
    await expect(load('method={name: pseudo-label}', 'training={unlabelled: 0, steps: 1}')).rejects.toThrow(
      /training\.unlabelled: this method learns from images without a label/,
    );
  });

  it.each([
    'classify-mnist-100-labels-nrm',
    'classify-mnist-100-labels-published',
    'classify-cifar10-4000-labels-nrm',
  ])('%s can be read', async (name) => {
    const read = await loadSampleConfig(`pipelines/${name}.yaml`);
    expect(read.name).toBe(name);
  });
});
