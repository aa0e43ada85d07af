import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadSampleConfig } from '../../src/config/loadConfig.js';
import { checkEngineMemory } from '../../src/engine/memory/checkMemory.js';
import {
  checkTrains,
  openEvaluationEngine,
  openPredictEngine,
  openTrainingEngine,
} from '../../src/engine/openEngine.js';
import { datasetSource, ForeframeError, findDataset, loadConfig, trainRun } from '../../src/index.js';

const pipeline = (name: string) => resolve(import.meta.dirname, `../../pipelines/${name}.yaml`);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('settings that no memory holds', () => {
  // Nothing here may be tried: 24 GB are said to be there, whatever the machine has.
  const cases: [string, string[], RegExp][] = [
    ['balls-pgn', ['training.batch=100000'], /lower training.batch to \d{3,4} /],
    ['balls-pgn', ['model.filters=[1000000,32]'], /lower model.filters to \d+/],
    ['balls-pgn', ['model.lstm=100000'], /lower model.lstm to \d+/],
    ['demo', ['data.width=4096', 'data.height=4096'], /activations .* lower /],
    ['video', ['data.steps=100000'], /lower data.steps to \d+/],
    ['demo', ['model.kernel=100001'], /lower model.kernel to \d+/],
    [
      'faces-pgn-adversarial',
      ['training.adversarial.discriminator.units=10000000'],
      /discriminator.units to \d+/,
    ],
  ];

  it.each(cases)('%s %s are refused with what to lower', async (name, settings, message) => {
    vi.stubEnv('FOREFRAME_MEMORY', '24GB');
    const config = await loadConfig(pipeline(name), settings);
    const error = await openTrainingEngine(config).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ForeframeError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(
      new RegExp(`^${name}: training needs about .* 24 GB are free: .*$`),
    );
  });

  it('fit once they are lowered as they say', async () => {
    vi.stubEnv('FOREFRAME_MEMORY', '2GB');
    const load = (batch: number) => loadConfig(pipeline('video'), [`training.batch=${batch}`]);
    let advised = 0;
    try {
      checkTrains(await load(5000));
    } catch (error) {
      advised = Number(/lower training.batch to (\d+)/.exec((error as Error).message)?.[1]);
    }
    expect(advised).toBeGreaterThan(8);
    checkTrains(await load(advised));
  });

  it('are refused by every way in before TensorFlow is loaded, and leave no folder', async () => {
    vi.stubEnv('FOREFRAME_MEMORY', '2GB');
    const folder = join(await mkdtemp(join(tmpdir(), 'foreframe-memory-')), 'run');
    // Few steps: each look at what would fit builds the model.
    const settings = ['data.steps=2', 'evaluation.steps=2', 'training.batch=50000', 'evaluation.batch=50000'];
    const config = await loadConfig(pipeline('balls-pgn'), settings);
    const source = await datasetSource(findDataset('bouncing-balls'), config.data);
    await expect(trainRun({ config, source, folder })).rejects.toThrow(/balls-pgn: training needs about/);
    await expect(openEvaluationEngine(config)).rejects.toThrow(
      /the evaluation needs .* lower evaluation.batch to/,
    );
    await expect(openPredictEngine(config, 1e6)).rejects.toThrow(/predicting needs .* lower batch to \d+/);
    const samples = await loadSampleConfig(pipeline('classify-mnist-100-labels-nrm'), [
      'training.unlabelled=100000',
    ]);
    const image = { height: 28, width: 28, channels: 1 };
    expect(() => checkEngineMemory({ samples, image }, 'it')).toThrow(/lower training.unlabelled to \d+/);
    await expect(
      datasetSource(findDataset('bouncing-balls'), {
        ...config.data,
        clips: { ...config.data.clips, frames: 1e9 },
      }),
    ).rejects.toThrow(/a clip of 1000000000 frames needs about .* lower data.clips.frames to \d+/);
  });

  it('are not refused for buffers that the data does not fill', async () => {
    vi.stubEnv('FOREFRAME_MEMORY', '2GB');
    const buffers = ['data.shuffle=1000000000', 'data.prefetch=1000000000', 'training.steps=1'];
    const clips = ['train=3', 'validation=1', 'test=1'].map((each) => `data.clips.${each}`);
    const config = await loadConfig(pipeline('balls-frame-stack'), [...buffers, ...clips, 'data.steps=3']);
    const source = await datasetSource(findDataset('bouncing-balls'), config.data);
    const folder = join(await mkdtemp(join(tmpdir(), 'foreframe-memory-')), 'run');
    const { engine, position } = await trainRun({ config, source, folder });
    await engine.dispose();
    expect(position.step).toBe(1);
  });
});
