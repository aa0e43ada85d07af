import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { UsageError } from '../../src/common/errors.js';
import { loadClassifierConfig } from '../../src/training/classifierRun.js';
import { checkConfig, loadConfig } from '../../src/training/loadConfig.js';

const pipelines = resolve(import.meta.dirname, '../../pipelines');
const demo = join(pipelines, 'balls-pgn.yaml');

describe('a pipeline', () => {
  it.each(readdirSync(pipelines))('%s is right, and its resolved form reads back the same', async (name) => {
    const load = name.startsWith('classify-') ? loadClassifierConfig : loadConfig;
    const config = await load(join(pipelines, name));
    const file = join(mkdtempSync(join(tmpdir(), 'foreframe-test-')), 'config.yaml');
    writeFileSync(file, stringify(config));
    expect(await load(file)).toEqual(config);
  });

  it('takes settings over the file', async () => {
    const config = await loadConfig(demo, [
      'training.steps=7',
      'model.filters=[8]',
      'data.color=rgb',
      'threads=2',
    ]);
    expect(config.training.steps).toBe(7);
    expect(config.model).toMatchObject({ filters: [8] });
    expect(config.data.color).toBe('rgb');
    expect(config.threads).toBe(2);
  });

  it('takes threads per operation and operations apart', async () => {
    const { threads } = await loadConfig(demo, ['threads={perOperation: 1, operations: 4}']);
    expect(threads).toEqual({ perOperation: 1, operations: 4 });
    await expect(loadConfig(demo, ['threads={perOp: 1}'])).rejects.toThrow(/threads: a whole number from 1/);
  });

  it.each([
    ['training.learningrate=1', 'unknown key training.learningrate: did you mean training.learningRate?'],
    ['modle.lstm=1', 'unknown key modle: did you mean model?'],
    ['model.units=1', 'unknown key model.units; known here: name, filters, kernel, lstm, output'],
    ['training.optimizer.dekay=1', 'unknown key training.optimizer.dekay: did you mean'],
    ['training.learningRate=.nan', 'training.learningRate'],
    ['training.learningRate=.inf', 'training.learningRate'],
    ['training.batch=0', 'training.batch'],
    ['data.split={train: 0.9, validation: 0.2}', 'must leave a rest for the test'],
    ['training.seconds=null', 'say when to stop'],
    ['nonsense', 'write key=value'],
    ['model.name=gpt', 'model.name'],
  ])('refuses --set %s and says why', async (setting, message) => {
    const settings = setting.startsWith('training.optimizer')
      ? ['training.optimizer.kind=rmsprop', setting]
      : [setting];
    const error = await loadConfig(demo, settings).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('needs an end to training', () => {
    const raw = { name: 'x', model: { name: 'pgn' }, training: { batch: 2 } };
    expect(() => checkConfig(raw, 'here')).toThrow('say when to stop');
  });

  it('names a file that is missing or no YAML', async () => {
    await expect(loadConfig('nowhere.yaml')).rejects.toThrow(
      'cannot read pipeline nowhere.yaml: there is no such file',
    );
    const file = join(mkdtempSync(join(tmpdir(), 'foreframe-test-')), 'bad.yaml');
    writeFileSync(file, 'a: [1, 2');
    await expect(loadConfig(file)).rejects.toThrow(/bad\.yaml is not YAML/);
    writeFileSync(file, 'just words');
    await expect(loadConfig(file)).rejects.toThrow(/bad\.yaml is not a pipeline/);
  });
});
