import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { loadSampleConfig } from '../../src/config/loadConfig.js';
import { type SampleConfig, sampleConfig } from '../../src/config/sampleConfig.js';
import { openInlineEngine } from '../../src/engine/engine.js';
import { evaluateClassifier } from '../../src/evaluation/classifierEvaluation.js';
import { trainSamples } from '../../src/learning/trainSamples.js';
import { environmentOf } from '../../src/runs/environment.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import type { ClassifiedImages, SampleData } from '../../src/samples/sampleData.js';

const [SIDE, FRAMES] = [10, 3];

/** A bar in one of ten rows, of which each frame shows a third. */
function bars(count: number, seed: number): ClassifiedImages {
  const random = new Random(seed);
  const images = new Uint8Array(count * FRAMES * SIDE * SIDE);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  labels.forEach((label, n) => {
    for (let t = 0; t < FRAMES; t++)
      for (let x = 3 * t; x < 3 * t + 4; x++)
        images[((n * FRAMES + t) * SIDE + label) * SIDE + x] = 120 + random.integer(130);
  });
  return { count, side: SIDE, channels: 1, frames: FRAMES, images, labels };
}

const data: SampleData = {
  description: 'bars',
  classes: Array.from({ length: 10 }, (_, i) => `row ${i}`),
  train: bars(60, 1),
  labelled: Array.from({ length: 20 }, (_, i) => 3 * i),
  validation: bars(11, 2),
  test: bars(30, 3),
};

const settings: SampleConfig = sampleConfig.parse({
  name: 'bars',
  data: { dataset: 'occluded-digits', labels: 20, clips: { frames: FRAMES } },
  model: {
    name: 'dynamic-nrm',
    layers: [{ filters: 6 }, { filters: 6, pool: {} }],
    globalPooling: 'none',
    normalization: 'batch',
  },
  method: {
    name: 'nrm',
    rendered: 4,
    objectives: { reconstruction: 0.5, prediction: 0.5, classBalance: 0.1 },
  },
  training: {
    labelled: 10,
    unlabelled: 6,
    steps: 200,
    learningRate: 0.02,
    validateEvery: 100,
    teacherDecay: 0.9,
  },
  evaluation: { batch: 10 },
});

describe('classifying clips', () => {
  it('trains, follows with the teacher, tests, and learns', async () => {
    const image = { height: SIDE, width: SIDE, channels: 1 };
    const engine = await openInlineEngine({ samples: settings, image, frames: FRAMES });
    const folder = join(mkdtempSync(join(tmpdir(), 'foreframe-clips-')), 'run');
    const run = await RunFolder.create(folder, settings, environmentOf(settings, engine.tensorflow));
    const position = await trainSamples({ run, config: settings, data, engine });
    const evaluation = await evaluateClassifier(run, settings, engine, data);
    const { state } = { state: await engine.state() };
    await engine.dispose();
    expect(position.step).toBe(200);
    expect(evaluation).toMatchObject({ dataset: 'occluded-digits', labels: 20, clips: { order: 'true' } });
    expect(evaluation.confusion.flat().reduce((a, b) => a + b)).toBe(30);
    // Chance is 90 %.
    expect(evaluation.last.test.student).toBeLessThan(60);
    const said = readMetrics(run.metrics).filter(({ loss }) => loss !== undefined);
    for (const name of ['crossEntropy', 'reconstruction', 'prediction'])
      expect(required(said.at(-1)!, name), name).toBeLessThan(required(said[0]!, name));
    for (const name of ['layer.0.memory', 'teacher/layer.0.memory', 'template.gain', 'layer.0.max.variance'])
      expect(new Set(required(state, name).data).size, name).toBeGreaterThan(1);
    expect(readFileSync(run.config, 'utf8')).toContain('memory: motion');
  });
});

describe('a pipeline that classifies clips', () => {
  const load = (...set: string[]) =>
    loadSampleConfig('pipelines/classify-occluded-digits-100-labels.yaml', set);

  it.each([
    'model.memory=none',
    'model.memory=persistence',
    'data.clips.order=shuffled',
    'data.dataset=ten-faces',
    'model.remembers=units',
    'method={name: supervised}',
    'method={name: mean-teacher}',
  ])('can be read with its control %s', async (set) => {
    expect((await load(set)).model.name).toBe('dynamic-nrm');
  });

  it('can be read with a convolutional LSTM, which renders nothing', async () => {
    const gated = 'model={name: conv-lstm-classifier}';
    await expect(load(gated)).rejects.toThrow(
      /method\.objectives: conv-lstm-classifier renders nothing; it knows kl, entropy/,
    );
    const answers = 'method={name: nrm, objectives: {entropy: 0.1, classBalance: 0.2}}';
    expect((await load(gated, answers)).model).toMatchObject({ filters: [16, 32], channels: 13 });
  });

  it.each([
    ['data.dataset=mnist', /model\.name: this model watches clips: use a dataset of clips/],
    // One cause: what the method asks of a network that reads images is no fault of the network's.
    [
      'model={preset: mnist}',
      /: model\.name: this model reads images: [^;]*dynamic-nrm, conv-lstm-classifier$/,
    ],
    ['data.clips=null', /data\.clips: clips are counted where the dataset is of clips/],
    ['model.memoryKernel=4', /model\.memoryKernel: an odd number: R has a centre/],
    ['model.memory=long', /model\.memory/],
  ])('%s', async (set, message) => {
    await expect(load(set)).rejects.toThrow(message);
  });

  it('refuses to predict pictures', async () => {
    const pictures = loadSampleConfig('pipelines/classify-mnist-100-labels-nrm.yaml', [
      'method.objectives.prediction=1',
    ]);
    await expect(pictures).rejects.toThrow(/method\.objectives\.prediction: images have no next frame/);
  });
});
