import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile } from '../../src/tensorflow/compile.js';
import { exportSavedModel } from '../../src/tensorflow/exportSavedModel.js';
import { DataType, nativeBackend } from '../../src/tensorflow/native.js';
import { classifier, native, patches } from './programs.js';

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
    exportSavedModel({ spec, state: program.state(), signatures: { serving_default: 'predict' }, folder });
    const expected = program.run('predict', { pictures }).labels!;
    program.dispose();
    expect(readdirSync(join(folder, 'variables')).sort()).toEqual([
      'variables.data-00000-of-00001',
      'variables.index',
    ]);

    const { binding } = nativeBackend()!;
    const session = binding.loadSavedModel(folder, 'serve');
    const fed = binding.createTensor([4, 12, 12, 1], DataType.uint8, pictures);
    const [result] = binding.runSavedModel(
      session,
      [fed],
      'predict/pictures:0',
      'serving_default/outputs/labels:0',
    );
    expect(binding.tensorDataSync(result!.id)).toEqual(expected.data);
    binding.deleteTensor(result!.id);
    binding.deleteTensor(fed);
    binding.deleteSavedModel(session);
  });

  it('refuses an entry that is not there, and one that trains', () => {
    const spec = classifier(2);
    expect(() => exportSavedModel({ spec, state: {}, signatures: { x: 'foresee' }, folder })).toThrow(
      'no entry foresee; there are: train, predict',
    );
    expect(() => exportSavedModel({ spec, state: {}, signatures: { x: 'train' }, folder })).toThrow(
      /entry train changes variables/,
    );
    expect(existsSync(join(folder, 'saved_model.pb'))).toBe(false);
  });
});
