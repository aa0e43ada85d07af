import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { DataType, nativeBackend } from '../../src/tensorflow/backend/native.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { exportSavedModel } from '../../src/tensorflow/export/exportSavedModel.js';
import { ofOneSize } from '../../src/tensorflow/export/sizedProgram.js';
import { findTfjsNode, requireTfjsNode } from '../../src/tensorflow/install/tfjsNode.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Named } from '../../src/tensorflow/spec/program.js';
import { classifier, native, patches } from './programs.js';

/** tfjs-node's own reader of SavedModels. */
interface SavedModelReader {
  getMetaGraphsFromSavedModel(folder: string): Promise<{ signatureDefs: Record<string, unknown> }[]>;
  loadSavedModel(folder: string, tags: string[], signature: string): Promise<LoadedSignature>;
}
interface LoadedSignature {
  predict(inputs: Named<Tensor>): Named<Tensor>;
  dispose(): void;
}

describe.runIf(native)('an exported SavedModel', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'foreframe-export-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("holds the trained variables and computes the same when TensorFlow's own loader restores it", () => {
    const spec = classifier(4);
    const { pictures, labels } = patches(4, 1);
    const program = compile(spec);
    for (let step = 0; step < 5; step++) program.run('train', { pictures, labels, rate: 0.01 });
    exportSavedModel({
      program: ofOneSize(spec),
      state: program.state(),
      signatures: { predict: 'predict' },
      folder,
    });
    const expected = required(program.run('predict', { pictures }), 'labels');
    program.dispose();
    expect(readdirSync(join(folder, 'variables')).sort()).toEqual([
      'variables.data-00000-of-00001',
      'variables.index',
    ]);

    const { binding } = nativeBackend()!;
    const session = binding.loadSavedModel(folder, 'serve');
    const fed = binding.createTensor([4, 12, 12, 1], DataType.uint8, pictures);
    const [result] = binding.runSavedModel(session, [fed], 'predict/pictures:0', 'predict/outputs/labels:0');
    expect(binding.tensorDataSync(result!.id)).toEqual(expected.data);
    binding.deleteTensor(result!.id);
    binding.deleteTensor(fed);
    binding.deleteSavedModel(session);
  });

  it('answers by each of its signatures to the reader that tfjs-node brings, and holds the graph of an entry once', async () => {
    const spec = classifier(4);
    const { pictures } = patches(4, 2);
    const program = compile(spec);
    const expected = required(program.run('predict', { pictures }), 'labels');
    const names = ['predict', 'serving_default'];
    const write = (to: string, signatures: string[]) => {
      const entries = Object.fromEntries(signatures.map((name) => [name, 'predict']));
      exportSavedModel({ program: ofOneSize(spec), state: program.state(), signatures: entries, folder: to });
      return statSync(join(to, 'saved_model.pb')).size;
    };
    const alone = write(join(folder, 'alone'), ['predict']);
    expect(write(folder, names) - alone).toBeLessThan(alone / 4);
    program.dispose();

    const [reader] = requireTfjsNode(findTfjsNode()!, join('dist', 'saved_model.js'));
    const { getMetaGraphsFromSavedModel, loadSavedModel } = reader as SavedModelReader;
    const [graph] = await getMetaGraphsFromSavedModel(folder);
    expect(Object.keys(graph!.signatureDefs).sort()).toEqual(names);
    for (const name of names) {
      const model = await loadSavedModel(folder, ['serve'], name);
      const { labels } = model.predict({ pictures: tf.tensor(pictures, [4, 12, 12, 1], 'int32') });
      expect(labels!.dataSync()).toEqual(expected.data);
      model.dispose();
    }
  });

  it('refuses an entry that is not there, and one that trains', () => {
    const spec = classifier(2);
    expect(() =>
      exportSavedModel({ program: ofOneSize(spec), state: {}, signatures: { x: 'foresee' }, folder }),
    ).toThrow('no entry foresee; there are: train, predict');
    expect(() =>
      exportSavedModel({ program: ofOneSize(spec), state: {}, signatures: { x: 'train' }, folder }),
    ).toThrow(/entry train changes variables/);
    expect(existsSync(join(folder, 'saved_model.pb'))).toBe(false);
  });
});
