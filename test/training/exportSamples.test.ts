import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { openSampleEngine } from '../../src/engine/openEngine.js';
import { exportRun } from '../../src/engine/serving/exportRun.js';
import { sampleRun } from '../../src/learning/sampleRun.js';
import { sampleMethodOf } from '../../src/methods/index.js';
import { createNetwork, type ModelName } from '../../src/models/index.js';
import { loadCheckpoint, parametersOf } from '../../src/runs/checkpoint.js';
import type { RunFolder } from '../../src/runs/runFolder.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import type { Side } from '../../src/tensorflow/export/sizedProgram.js';
import { findTfjsNode, requireTfjsNode } from '../../src/tensorflow/install/tfjsNode.js';
import type { Named } from '../../src/tensorflow/spec/program.js';
import { smallModel, type TinyPipeline, tinyPipeline } from '../methods/tinyPipelines.js';

type Tiny = Extract<TinyPipeline, { samples: 'images' }>;

const native = (await loadTensorFlow()).backend === 'tensorflow';
const image = { height: 8, width: 8, channels: 1 };

/** tfjs-node's reader of SavedModels, which computes with TensorFlow's own loader. */
interface SavedModelReader {
  loadSavedModel(
    folder: string,
    tags: string[],
    signature: string,
  ): Promise<{ predict(inputs: Named<Tensor>): Named<Tensor>; dispose(): void }>;
}

/** What a signature of an exported model answers to bytes, brought to [0, 1]. */
async function served(folder: string, signature: string, shape: readonly Side[], bytes: Uint8Array) {
  const [reader] = requireTfjsNode(findTfjsNode()!, join('dist', 'saved_model.js'));
  const model = await (reader as SavedModelReader).loadSavedModel(folder, ['serve'], signature);
  const images = tf.div(tf.tensor([...bytes], shape.map(Number), 'float32'), 255);
  const outputs = model.predict({ images });
  model.dispose();
  return outputs;
}

function tiny(method: string, model: ModelName): Tiny {
  return tinyPipeline(sampleMethodOf({ name: method }), smallModel(model), {
    steps: 3,
    learningRate: 0.05,
  }) as Tiny;
}

describe.runIf(native)('an exported run on images', () => {
  it.each([
    ['supervised', 'nrm'],
    ['mean-teacher', 'cnn'],
    ['supervised', 'conv-lstm-classifier'],
  ] as const)('of %s with %s classifies as its own test does', async (method, model) => {
    const { config, data } = tiny(method, model);
    const folder = mkdtempSync(join(tmpdir(), 'foreframe-export-'));
    const { run } = await sampleRun({ config, data, folder: join(folder, 'run') });
    const out = join(folder, 'served');
    const exported = await exportRun(run.path, { out, image, batch: 5 });
    const frames = data.train.frames === undefined ? [] : [data.train.frames];
    expect(exported).toMatchObject({
      input: 'images',
      signatures: ['classify', 'encode', 'serving_default'],
    });
    expect(exported.frames).toEqual([5, ...frames, 8, 8, 1]);

    const random = new Random(7);
    const bytes = Uint8Array.from({ length: exported.frames.map(Number).reduce((a, b) => a * b, 1) }, () =>
      random.integer(256),
    );
    const engine = await openSampleEngine(config, data);
    await engine.restore((await run.bestCheckpoint()).state);
    const { teacherLogits } = await engine.run('evaluate', { images: bytes });
    await engine.dispose();
    const { logits, probabilities } = await served(out, 'serving_default', exported.frames, bytes);
    expect(logits!.shape).toEqual([5, 10]);
    const given = logits!.dataSync();
    const difference = given.map((value, i) => Math.abs(value - Number(teacherLogits!.data[i])));
    expect(Math.max(...difference)).toBeLessThan(1e-5);
    expect(Math.max(...given) - Math.min(...given)).toBeGreaterThan(0.01);
    expect(tf.sum(probabilities!).dataSync()[0]).toBeCloseTo(5, 4);
  });

  it('takes any number of images where none is chosen', async () => {
    const { config, data } = tiny('supervised', 'cnn');
    const folder = mkdtempSync(join(tmpdir(), 'foreframe-export-'));
    const { run } = await sampleRun({ config, data, folder: join(folder, 'run') });
    const out = join(folder, 'served');
    const { frames, entries } = await exportRun(run.path, { out, image });
    expect(frames).toEqual(['batch', 8, 8, 1]);
    expect(entries.classify!.outputs).toEqual({ logits: ['batch', 10], probabilities: ['batch', 10] });
    const random = new Random(9);
    const bytes = Uint8Array.from({ length: 4 * 64 }, () => random.integer(256));
    const together = await served(out, 'classify', [4, 8, 8, 1], bytes);
    const alone = await served(out, 'classify', [1, 8, 8, 1], bytes.subarray(192));
    expect(together.logits!.shape).toEqual([4, 10]);
    const last = tf.slice(together.logits!, [3, 0], [1, 10]).dataSync();
    alone.logits!.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(last[i]!, 5);
    });
  });

  describe('without labels', () => {
    let run: RunFolder;
    beforeAll(async () => {
      const { config, data } = tiny('rotation', 'cnn');
      const folder = join(mkdtempSync(join(tmpdir(), 'foreframe-export-')), 'run');
      ({ run } = await sampleRun({ config, data, folder }));
    });

    it('encodes as its trained encoder does', async () => {
      const out = join(run.path, 'savedmodel');
      const { frames, signatures } = await exportRun(run.path, { out, image, batch: 2 });
      expect(signatures).toEqual(['encode', 'serving_default']);
      const random = new Random(8);
      const bytes = Uint8Array.from({ length: 2 * 64 }, () => random.integer(256));
      const given = await served(out, 'encode', frames, bytes);
      const { state } = await loadCheckpoint(run.best);
      const parameters = Object.fromEntries(
        Object.entries(parametersOf(state)).map(([name, { data, shape }]) => [
          name,
          tf.tensor(data as Float32Array, [...shape]),
        ]),
      );
      const images = tf.div(tf.tensor([...bytes], frames.map(Number), 'float32'), 255) as Tensor4D;
      const { layers, features } = createNetwork(smallModel('cnn'), image).encoder!.encode(
        parameters,
        images,
      );
      expect(Object.keys(given).sort()).toEqual([...Object.keys(layers), 'features'].sort());
      for (const [name, expected] of Object.entries({ ...layers, features })) {
        expect(given[name]!.shape).toEqual(expected.shape);
        const values = expected.dataSync();
        const differences = given[name]!.dataSync().map((value, i) => Math.abs(value - values[i]!));
        expect(Math.max(...differences)).toBeLessThan(1e-4);
      }
    });

    it('has no steps to choose, and needs to know the size of its images', async () => {
      const out = join(run.path, 'other');
      await expect(exportRun(run.path, { out, image, steps: 3 })).rejects.toThrow(
        /^--steps: .*leave it out$/,
      );
      await expect(exportRun(run.path, { out })).rejects.toThrow(
        /learned from images: say how large they are/,
      );
    });
  });
});
