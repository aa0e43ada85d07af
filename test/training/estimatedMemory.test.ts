import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSampleConfig } from '../../src/config/loadConfig.js';
import { engineMemory } from '../../src/engine/memory/engineMemory.js';
import { loadConfig, type PipelineConfig } from '../../src/index.js';

const pipeline = (name: string) => resolve(import.meta.dirname, `../../pipelines/${name}.yaml`);

const CONV_LSTM = ['model={name: conv-lstm, channels: [32, 32], patch: 4}', 'method.rollout=0'];

/** Measured: peak resident megabytes from before the engine was opened, over opening, three steps and saving. */
const measured: [name: string, settings: string[], megabytes: number][] = [
  ['balls-pgn', ['model.filters=[2]', 'model.lstm=4', 'training.batch=1', 'data.steps=2'], 423],
  ['balls-pgn', [], 668],
  ['balls-pgn', ['model.lstm=1568'], 1465],
  ['balls-pgn', ['model.lstm=3000', 'training.batch=1'], 3356],
  ['balls-pgn', ['training.batch=64'], 1430],
  ['demo', [], 488],
  ['demo', ['data.width=240', 'data.height=240'], 5746],
  ['video', [], 846],
  ['video', ['training.batch=64'], 2534],
  ['video-128', [], 2391],
  ['video', [...CONV_LSTM, 'training.batch=16'], 1361],
  ['video', [...CONV_LSTM, 'training.batch=64'], 2917],
  ['video', [...CONV_LSTM, 'training.batch=16', 'model.channels=[128]'], 2026],
  ['digits-frame-stack', [], 842],
  ['faces-pgn', [], 684],
  ['faces-pgn-adversarial', [], 788],
  ['faces-ae-fc-weights', [], 852],
  ['talking-face', [], 812],
  ['balls-frame-stack', [], 496],
  ['classify-mnist-100-labels-nrm', [], 811],
  ['classify-mnist-100-labels-published', [], 1774],
  ['classify-cifar10-4000-labels-narrow', [], 1324],
  ['classify-occluded-digits-100-labels', [], 1830],
  ['classify-ten-faces-50-labels', [], 1224],
];

describe('the estimate of an engine', () => {
  const sides: Record<string, [number, number]> = { mnist: [28, 1], cifar10: [32, 3] };

  it.each(measured)('of %s %s is near what was measured', async (name, settings, megabytes) => {
    const estimated = engineMemory(
      name.startsWith('classify')
        ? await classifier(name, settings)
        : video(await loadConfig(pipeline(name), settings)),
    ).reduce((sum, { bytes }) => sum + bytes, 0);
    const ratio = estimated / (megabytes * 2 ** 20);
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.3);
  });

  function video({ model, data, training, seed }: PipelineConfig) {
    const frame = { height: data.height, width: data.width, channels: data.color === 'grey' ? 1 : 3 };
    return { model, frame, seed, batch: training.batch, training: { ...training, steps: data.steps } };
  }

  async function classifier(name: string, settings: string[]) {
    const config = await loadSampleConfig(pipeline(name), settings);
    const [side, channels] = sides[config.data.dataset ?? ''] ?? [32, 1];
    const frames = config.data.clips?.frames;
    return { samples: config, image: { height: side, width: side, channels }, frames };
  }
});
