import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { thisPlace } from '../../src/common/files/processIdentity.js';
import { Random } from '../../src/common/random.js';
import { openInlineEngine } from '../../src/engine/engine.js';
import { Predictor } from '../../src/engine/predictor.js';
import { parametersOf } from '../../src/runs/checkpoint.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { findTfjsNode, requireTfjsNode } from '../../src/tensorflow/install/tfjsNode.js';
import type { Named } from '../../src/tensorflow/spec/program.js';
import { canMount, smallDisk } from '../smallDisk.js';
import { expectRefusal, foreframe, TINY_ARRAYS, temporaryFolder } from './foreframe.js';

const native = (await loadTensorFlow()).backend === 'tensorflow';

/** tfjs-node's reader of SavedModels: it finds tensors by the signatures' names and computes with TensorFlow's own loader. */
interface SavedModelReader {
  getMetaGraphsFromSavedModel(folder: string): Promise<{ signatureDefs: Record<string, SignatureShapes> }[]>;
  loadSavedModel(folder: string, tags: string[], signature: string): Promise<LoadedSignature>;
}
interface SignatureShapes {
  readonly inputs: Record<string, { readonly shape: unknown[] }>;
  readonly outputs: Record<string, unknown>;
}
interface LoadedSignature {
  predict(inputs: Named<Tensor>): Named<Tensor>;
  dispose(): void;
}

describe.runIf(native)('foreframe export', () => {
  let run: string;
  beforeAll(async () => {
    run = join(temporaryFolder(), 'run');
    const steps = ['--set', 'training.steps=10'];
    expect(await foreframe(['train', 'demo', ...TINY_ARRAYS, ...steps, '--run', run])).toMatchObject({
      code: 0,
    });
  });

  it.runIf(canMount)('on a full disk says so and leaves nothing, and is repeated', async () => {
    const disk = join(temporaryFolder(), 'disk');
    // Full among the weights, and in the graph behind them.
    for (const size of [32, 48]) {
      const takeAway = smallDisk(disk, size * 1024);
      try {
        const full = await foreframe(['export', run, '--out', join(disk, 'model')]);
        expectRefusal(full, 1, /cannot write .*model: the disk is full/);
        expect(readdirSync(disk)).toEqual([]);
      } finally {
        takeAway();
      }
    }
    // What an export left that was killed.
    mkdirSync(`${disk}/model.4194304-1-00000000-0123abcd.tmp`);
    const [pid, started] = [spawnSync(process.execPath, ['-e', '']).pid, '1'];
    mkdirSync(`${disk}/model.${pid}-${started}-${thisPlace()}-0123abcd.tmp/variables`, { recursive: true });
    mkdirSync(join(disk, 'other.1.tmp'));
    expect(await foreframe(['export', run, '--out', join(disk, 'model')])).toMatchObject({ code: 0 });
    expect(readdirSync(disk).sort()).toEqual([
      'model',
      'model.4194304-1-00000000-0123abcd.tmp',
      'other.1.tmp',
    ]);
  });

  it('writes a SavedModel that a peer loads and that predicts as the run does', async () => {
    const out = join(run, '..', 'served', '1');
    const options = ['--format', 'savedmodel', '--out', out, '--batch', '2', '--json'];
    const { code, stdout } = await foreframe(['export', run, ...options]);
    expect(code).toBe(0);
    const { frames: shape } = JSON.parse(stdout) as { frames: [number, number, number, number, number] };
    expect(shape).toEqual([2, 4, 30, 30, 1]);

    const [reader] = requireTfjsNode(findTfjsNode()!, join('dist', 'saved_model.js'));
    const { getMetaGraphsFromSavedModel, loadSavedModel } = reader as SavedModelReader;
    const [graph] = await getMetaGraphsFromSavedModel(out);
    const { predict, encode } = graph!.signatureDefs;
    expect(predict!.inputs.frames!.shape).toHaveLength(5);
    expect(Object.keys(predict!.outputs)).toEqual(['prediction']);
    expect(Object.keys(encode!.outputs).sort()).toEqual(['encoder.0', 'encoder.1', 'lstm.c', 'lstm.h']);

    const random = new Random(3);
    const frames = Float32Array.from({ length: 2 * 4 * 900 }, () => random.uniform());
    const answer = async (signature: string) => {
      const model = await loadSavedModel(out, ['serve'], signature);
      const outputs = model.predict({ frames: tf.tensor(frames, shape) });
      model.dispose();
      return outputs;
    };
    const { prediction } = await answer('predict');
    const expected = await predictions(run, frames, shape);
    const given = prediction!.dataSync();
    expect(given).toHaveLength(expected.length);
    expect(Math.max(...given.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
    const latents = await answer('encode');
    expect(latents['lstm.h']!.shape).toEqual([2, 4, 8]);
    expect(latents['encoder.1']!.shape).toEqual([2, 4, 7, 7, 4]);
  });

  it('takes batch 1 and the steps of the training into the run folder, and does not write over it', async () => {
    const first = await foreframe(['export', run]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('frames [1, 4, 30, 30, 1] → predict, encode');
    expect(readdirSync(join(run, 'savedmodel')).sort()).toEqual(['saved_model.pb', 'variables']);
    const again = await foreframe(['export', run]);
    expect(again.code).toBe(1);
    expect(again.stderr).toBe(
      `foreframe: ${join(run, 'savedmodel')} is not empty: name another folder with --out, or empty it\n`,
    );
  });

  it('refuses in one line what it cannot do, and leaves nothing behind', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'out');
    const wasm = await foreframe(['export', run, '--out', out], { env: { FOREFRAME_NATIVE: 'off' } });
    expect(wasm.code).toBe(1);
    expect(wasm.stderr).toMatch(/^foreframe: exporting needs native TensorFlow \(.*\n$/);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const onFile = await foreframe(['export', run, '--out', join(file, 'out')]);
    expect(onFile.code).toBe(1);
    expect(onFile.stderr).toContain('a file stands where a folder is needed');
    const format = await foreframe(['export', run, '--format', 'onnx']);
    expect(format).toMatchObject({ code: 2, stderr: expect.stringContaining('Allowed choices') });
    expect((await foreframe(['export', join(folder, 'none')])).stderr).toContain('there is no run folder');
    expect(readdirSync(folder).sort()).toEqual(['file']);
  });
});

/** What the run's own predictor expects after each frame, `[batch, steps, h, w, c]`. */
async function predictions(
  folder: string,
  frames: Float32Array,
  [batch, steps, height, width, channels]: readonly [number, number, number, number, number],
): Promise<Float32Array> {
  const run = await RunFolder.open(folder);
  const { model, seed } = await run.readConfig();
  const engine = await openInlineEngine({ model, frame: { height, width, channels }, seed, batch });
  await engine.restore(parametersOf((await run.bestCheckpoint()).state));
  const predictor = new Predictor(engine);
  const size = height * width * channels;
  const all = new Float32Array(frames.length);
  for (let t = 0; t < steps; t++) {
    const now = new Float32Array(batch * size);
    for (let b = 0; b < batch; b++) {
      const start = (b * steps + t) * size;
      now.set(frames.subarray(start, start + size), b * size);
    }
    const next = await predictor.watch(now);
    for (let b = 0; b < batch; b++) all.set(next.subarray(b * size, (b + 1) * size), (b * steps + t) * size);
  }
  await engine.dispose();
  return all;
}
