import { describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import type { PipelineConfig } from '../../src/config/config.js';
import { openInlineEngine } from '../../src/engine/engine.js';
import { Encoder } from '../../src/extraction/encoder.js';
import {
  autoencoderConfig,
  convLstmConfig,
  createModel,
  dynamicNrmConfig,
  frameStackConfig,
  pgnConfig,
} from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor5D } from '../../src/tensorflow/backend/tf.js';

const models = [
  pgnConfig.parse({ name: 'pgn', filters: [4, 6], lstm: 5 }),
  autoencoderConfig.parse({ name: 'autoencoder', filters: [4, 6], units: 5 }),
  convLstmConfig.parse({ name: 'conv-lstm', channels: [3, 4] }),
  frameStackConfig.parse({ name: 'frame-stack', channels: 4, blocks: 2 }),
  dynamicNrmConfig.parse({ name: 'dynamic-nrm', layers: [{ filters: 4, pool: {} }, { filters: 5 }] }),
];
const frame = { height: 8, width: 8, channels: 1 };
// Of stretches of 4, 8 and 8 frames the second gives nothing but its memory.
const TIMES = [1, 16, 17, 20];
const LONGEST = 8;
const FRAMES = 20;
const CLIPS = 2;

describe.each(models.map((model) => [model.name, model] as const))('%s', (_, model) => {
  it('holds of long clips what it holds when it watches all of them at once', async () => {
    await loadTensorFlow({ precision: 'full' });
    const random = Random.for(1, 'frames');
    const clips = Array.from({ length: CLIPS }, (__, clip) => ({
      data: Uint8Array.from({ length: FRAMES * 64 }, () => random.integer(256)),
      file: `clip ${clip}`,
      clip,
      seconds: Array.from({ length: FRAMES }, (___, t) => t / 25),
    }));
    const built = createModel(model, frame);
    const [shapes, expected] = tf.tidy(() => {
      const bytes = clips.flatMap(({ data }) => Array.from(data, (value) => value / 255));
      const frames = tf.tensor(bytes, [CLIPS, FRAMES, 8, 8, 1]) as Tensor5D;
      const parameters = Object.entries(built.parameters(0)).map(
        ([name, { shape, data }]) => [name, tf.tensor(data, [...shape])] as const,
      );
      const { latents } = built.watch(Object.fromEntries(parameters), frames, built.initialState(CLIPS));
      const at = TIMES.map((time) => time - 1);
      const picked = Object.entries(latents).map(
        ([name, layer]) => [name, Array.from(tf.gather(layer, at, 1).dataSync())] as const,
      );
      const sizes = Object.entries(latents).map(([name, { shape }]) => [name, shape.slice(2)] as const);
      return [Object.fromEntries(sizes), Object.fromEntries(picked)];
    });
    const encode = { layers: Object.keys(shapes), times: TIMES, pool: 'none', longest: LONGEST } as const;
    const engine = await openInlineEngine({ model, frame, seed: 0, batch: CLIPS, encode });
    try {
      for (const inputs of Object.values(engine.inputs))
        expect(required(inputs, 'clips').shape[1]).toBeLessThanOrEqual(LONGEST);
      const config = { data: { width: 8, height: 8, color: 'grey' } } as PipelineConfig;
      const encoder = new Encoder(config, engine, {
        batch: CLIPS,
        times: TIMES,
        shapes,
        split: 'all',
        longest: LONGEST,
      });
      // Twice, beside each other: neither may go on from the other's memory.
      const both = await Promise.all(
        [0, 1].map(async () => {
          const batches = [];
          for await (const batch of encoder.encode(clips)) batches.push(batch);
          return batches;
        }),
      );
      for (const [batch, ...more] of both) {
        expect(more).toEqual([]);
        expect(Array.from<number | string>(required(batch!.columns, 'time'))).toEqual([...TIMES, ...TIMES]);
        for (const [name, values] of Object.entries(expected)) {
          const { data } = required(batch!.layers, name);
          expect(data.length).toBe(values.length);
          const largest = Math.max(...values.map(Math.abs));
          expect(Math.max(...values.map((value, i) => Math.abs(value - data[i]!))), name).toBeLessThan(
            1e-5 * Math.max(1, largest),
          );
        }
      }
    } finally {
      await engine.dispose();
    }
  });
});
