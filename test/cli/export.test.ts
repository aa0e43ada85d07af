import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';
import { openOnnx } from '../onnx/runtime.js';
import { canMount, smallDisk } from '../smallDisk.js';
import { expectRefusal, foreframe, TINY_ARRAYS, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

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

const kept = keptForeframe('main-thread');

/** Frames of a clip in the run's training. */
const TIME = 4;

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
        const full = await kept(['export', run, '--out', join(disk, 'model')]);
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
    expect(await kept(['export', run, '--out', join(disk, 'model')])).toMatchObject({ code: 0 });
    expect(readdirSync(disk).sort()).toEqual([
      'model',
      'model.4194304-1-00000000-0123abcd.tmp',
      'other.1.tmp',
    ]);
  });

  it('writes a SavedModel that a peer loads and that predicts as the run does', async () => {
    const out = join(run, '..', 'served', '1');
    const options = ['--format', 'savedmodel', '--out', out, '--batch', '2', '--json'];
    const { code, stdout } = await kept(['export', run, ...options]);
    expect(code).toBe(0);
    const { frames: shape } = JSON.parse(stdout) as { frames: [number, number, number, number, number] };
    expect(shape).toEqual([2, 4, 30, 30, 1]);

    const [reader] = requireTfjsNode(findTfjsNode()!, join('dist', 'saved_model.js'));
    const { getMetaGraphsFromSavedModel, loadSavedModel } = reader as SavedModelReader;
    const [graph] = await getMetaGraphsFromSavedModel(out);
    const { predict, encode, step } = graph!.signatureDefs;
    expect(predict!.inputs.frames!.shape).toHaveLength(5);
    expect(Object.keys(predict!.outputs)).toEqual(['prediction']);
    expect(Object.keys(step!.inputs).sort()).toEqual(['frame', 'memory_c', 'memory_h']);
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

  it('writes one step with its memory, for any number of streams', async () => {
    const out = join(temporaryFolder(), 'served');
    expect(await kept(['export', run, '--out', out])).toMatchObject({ code: 0 });
    const [reader] = requireTfjsNode(findTfjsNode()!, join('dist', 'saved_model.js'));
    const model = await (reader as SavedModelReader).loadSavedModel(out, ['serve'], 'step');
    for (const batch of [1, 3]) {
      const frames = drawnFrames(batch, TIME);
      const expected = await predictions(run, frames, [batch, TIME, 30, 30, 1]);
      const all = tf.tensor(frames, [batch, TIME, 30, 30, 1]);
      let memory: Named<Tensor> = { h: tf.zeros([batch, 8]), c: tf.zeros([batch, 8]) };
      for (let t = 0; t < TIME; t++) {
        const frame = tf.reshape(tf.slice(all, [0, t, 0, 0, 0], [batch, 1, 30, 30, 1]), [batch, 30, 30, 1]);
        const outputs = model.predict({ frame, memory_h: memory.h!, memory_c: memory.c! });
        expectFrames(outputs.prediction!.dataSync() as Float32Array, framesAt(expected, batch, TIME, t));
        memory = { h: outputs.memory_h_next!, c: outputs.memory_c_next! };
      }
    }
    model.dispose();
  });

  it('writes ONNX files that another runtime computes with, clip by clip and step by step', async () => {
    const out = join(temporaryFolder(), 'onnx');
    const { code, stdout } = await kept(['export', run, '--format', 'onnx', '--out', out, '--json']);
    expect(code).toBe(0);
    const { format, frames: shape, signatures } = JSON.parse(stdout) as Record<string, unknown>;
    expect({ format, shape, signatures }).toEqual({
      format: 'onnx',
      shape: ['batch', TIME, 30, 30, 1],
      signatures: ['predict', 'encode', 'step'],
    });
    expect(readdirSync(out).sort()).toEqual(['encode.onnx', 'predict.onnx', 'step.onnx']);
    const frames = drawnFrames(2, TIME);
    const expected = await predictions(run, frames, [2, TIME, 30, 30, 1]);
    const bytes = readFileSync(join(out, 'predict.onnx'));
    // Where it comes from and what goes in stand in the file itself.
    for (const text of ['foreframe.run', 'foreframe.pipeline', 'demo', 'about.frames', 'encoder.0.weight'])
      expect(bytes.includes(text)).toBe(true);
    expect(bytes.includes(run)).toBe(false);
    const clip = await openOnnx(bytes);
    const { prediction } = await clip.run({ frames: { data: frames, shape: [2, TIME, 30, 30, 1] } });
    expectFrames(prediction!.data as Float32Array, expected);
    await clip.release();
    const step = await openOnnx(readFileSync(join(out, 'step.onnx')));
    let memory: Named<HostArray> = {};
    for (const name of ['memory_h', 'memory_c']) memory[name] = { data: new Float32Array(16), shape: [2, 8] };
    for (let t = 0; t < TIME; t++) {
      const frame = { data: framesAt(frames, 2, TIME, t), shape: [2, 30, 30, 1] };
      const outputs = await step.run({ frame, ...memory });
      expectFrames(outputs.prediction!.data as Float32Array, framesAt(expected, 2, TIME, t));
      memory = { memory_h: outputs.memory_h_next!, memory_c: outputs.memory_c_next! };
    }
    await step.release();
  });

  it('says what goes in and comes out, and does not write over what is there', async () => {
    const first = await kept(['export', run]);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout.split('\n')).toEqual([
      'predict: frames [batch, 4, 30, 30, 1] → prediction',
      'encode: frames [batch, 4, 30, 30, 1] → lstm.h, lstm.c, encoder.0, encoder.1',
      'step: frame [batch, 30, 30, 1], memory_h [batch, 8], memory_c [batch, 8] → prediction, memory_h_next, memory_c_next',
      `wrote ${join(run, 'savedmodel')}`,
      '',
    ]);
    expect(readdirSync(join(run, 'savedmodel')).sort()).toEqual(['saved_model.pb', 'variables']);
    const again = await kept(['export', run]);
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
    const onFile = await kept(['export', run, '--out', join(file, 'out')]);
    expect(onFile.code).toBe(1);
    expect(onFile.stderr).toContain('a file stands where a folder is needed');
    const format = await kept(['export', run, '--format', 'torch']);
    expect(format).toMatchObject({ code: 2, stderr: expect.stringContaining('Allowed choices') });
    expect((await kept(['export', join(folder, 'none')])).stderr).toContain('there is no run folder');
    expect(readdirSync(folder).sort()).toEqual(['file']);
  });
});

function drawnFrames(batch: number, time: number): Float32Array {
  const random = new Random(4);
  return Float32Array.from({ length: batch * time * 900 }, () => random.uniform());
}

/** Frame t of each stream. */
function framesAt(frames: Float32Array, batch: number, time: number, t: number): Float32Array {
  const rows = Array.from({ length: batch }, (_, b) =>
    frames.subarray((b * time + t) * 900, (b * time + t + 1) * 900),
  );
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

function expectFrames(given: Float32Array, expected: Float32Array) {
  expect(given).toHaveLength(expected.length);
  expect(Math.max(...given.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
}

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
