import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { UsageError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import { checkConfig, loadConfig, loadSampleConfig, readSettings } from '../../src/config/loadConfig.js';
import { kindOfPipeline } from '../../src/config/pipelineKind.js';
import { RunFolder } from '../../src/runs/runFolder.js';

/** Pipelines of edition one, and `resolved.json`: what its `loadConfig` and `loadClassifierConfig` made of them. */
const fixtures = resolve(import.meta.dirname, 'fixtures/editionOne');
const names = readdirSync(fixtures)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length));

type Settings = Record<string, unknown> & { readonly training: Readonly<Record<string, unknown>> };
const resolved = JSON.parse(readFileSync(join(fixtures, 'resolved.json'), 'utf8')) as Record<
  string,
  Settings
>;

const classifies = (name: string) => name.startsWith('classify-');
const load = (name: string, file: string, settings?: string[]) =>
  classifies(name) ? loadSampleConfig(file, settings) : loadConfig(file, settings);
const textOf = (name: string) => readFileSync(join(fixtures, `${name}.yaml`), 'utf8');

/** What edition two writes for the old keys of `training`. */
function methodOf({ predict, rollout, target, adversarial }: Settings['training']): object {
  const shared = predict === undefined ? {} : { predict };
  if (adversarial !== undefined) return { name: 'adversarial', ...shared, ...(adversarial as object) };
  if (target === 'current') return { name: 'reconstruction', ...shared };
  return { name: 'next-frame', ...shared, ...(rollout !== undefined && { rollout }) };
}

/** The same settings, with the new keys. */
function rewritten(settings: Settings): Settings {
  const { predict, rollout, target, adversarial, ...training } = settings.training;
  return { ...settings, training, method: methodOf(settings.training) };
}

/** Edition one filled in `data.split.by: time`; now that is chosen once the videos are seen. */
function withoutSplitting({ data, ...settings }: Settings): Settings {
  const { split, ...rest } = data as { split: { by: string } };
  const { by, ...shares } = split;
  expect(by).toBe('time');
  return { ...settings, data: { ...rest, split: shares } };
}

function fileWith(settings: object): string {
  const file = join(mkdtempSync(join(tmpdir(), 'foreframe-test-')), 'own.yaml');
  writeFileSync(file, stringify(settings));
  return file;
}

describe('a pipeline of edition one', () => {
  it('is known of each kind', () => {
    expect(names).toHaveLength(Object.keys(resolved).length);
    const methods = names
      .filter((name) => !classifies(name))
      .map((name) => methodOf(required(resolved, name).training));
    expect(new Set(methods.map((method) => (method as { name: string }).name))).toEqual(
      new Set(['next-frame', 'reconstruction', 'adversarial']),
    );
  });

  it.each(names)('%s means what it meant', async (name) => {
    const file = join(fixtures, `${name}.yaml`);
    // Through JSON, so that a key set to undefined and a missing one are the same.
    const config = JSON.parse(JSON.stringify(await load(name, file))) as Settings;
    const meant = required(resolved, name);
    // Settings that came later have defaults that change nothing.
    expect(config).toMatchObject(classifies(name) ? meant : withoutSplitting(rewritten(meant)));
    expect(kindOfPipeline(await readSettings(file), file)).toBe(classifies(name) ? 'images' : 'clips');
  });

  it.each(names.filter((name) => !classifies(name)))('%s can be written with a method', async (name) => {
    const written = fileWith(rewritten(parse(textOf(name)) as Settings));
    expect(await loadConfig(written)).toEqual(await loadConfig(join(fixtures, `${name}.yaml`)));
  });

  it.each(names)('%s has made runs that open, with the same configuration', async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'foreframe-test-'));
    writeFileSync(join(folder, 'config.yaml'), stringify(resolved[name]));
    const run = await RunFolder.open(folder);
    const config = classifies(name) ? await loadSampleConfig(run.config) : await run.readConfig();
    const { model, method, evaluation, seed } = await load(name, join(fixtures, `${name}.yaml`));
    expect(config).toMatchObject({ model, method, evaluation, seed });
    // As it is written into the folder from now on.
    expect(await load(name, fileWith(config))).toEqual(config);
  });
});

const base = { name: 'x', model: { name: 'pgn' }, training: { steps: 1 } };
const judge = { filters: [4], lstm: 3, units: 2, learningRate: 0.1, optimizer: { kind: 'adam' } };
const spellings: [string, string[], object][] = [
  ['nothing', [], { name: 'next-frame' }],
  ['predict', ['training.predict=last'], { name: 'next-frame', predict: 'last' }],
  ['rollout', ['training.rollout=3'], { name: 'next-frame', rollout: 3 }],
  ['target next', ['training.target=next'], { name: 'next-frame' }],
  ['target current', ['training.target=current'], { name: 'reconstruction' }],
  [
    'target current of the last frame, without a rollout',
    ['training.target=current', 'training.predict=last', 'training.rollout=0'],
    { name: 'reconstruction', predict: 'last' },
  ],
  ['adversarial', ['training.adversarial={}'], { name: 'adversarial' }],
  ['λ', ['training.adversarial.lambda=0.5'], { name: 'adversarial', lambda: 0.5 }],
  [
    'the discriminator',
    [`training.adversarial.discriminator=${JSON.stringify(judge)}`, 'training.predict=last'],
    { name: 'adversarial', predict: 'last', discriminator: judge },
  ],
  [
    'the discriminator key by key',
    ['training.adversarial.discriminator.units=7', 'training.adversarial.discriminator.optimizer.kind=sgd'],
    { name: 'adversarial', discriminator: { units: 7, optimizer: { kind: 'sgd' } } },
  ],
  ['what is taken away again', ['training.target=current', 'training.target=null'], { name: 'next-frame' }],
];

describe('the old spelling of', () => {
  it.each(spellings)('%s is the new one', async (_, settings, method) => {
    const file = fileWith(base);
    const old = await loadConfig(file, settings);
    expect(old).toEqual(await loadConfig(fileWith({ ...base, method })));
    expect(old).toEqual(await loadConfig(file, [`method=${JSON.stringify(method)}`]));
    expect(old.training).not.toHaveProperty(['predict']);
    // Read again, as the run's own configuration is.
    expect(await loadConfig(fileWith(old))).toEqual(old);
    expect(checkConfig(old, 'here')).toEqual(old);
  });

  it('may be there without a value', () => {
    const empty = { predict: undefined, rollout: undefined, target: undefined, adversarial: undefined };
    const { method } = checkConfig({ ...base, training: { steps: 1, ...empty } }, 'here');
    expect(method).toEqual({ name: 'next-frame', predict: 'every', rollout: 0 });
  });
});

const refused: [string, object, RegExp][] = [
  ['predict and a method', { predict: 'last' }, /training\.predict: .* method\.predict now/],
  ['rollout and a method', { rollout: 0 }, /training\.rollout: .* method\.rollout now/],
  ['target and a method', { target: 'current' }, /training\.target: .* method\.name \(.*\) now/],
  [
    'adversarial and a method',
    { adversarial: {} },
    /training\.adversarial: .* method with name: adversarial now/,
  ],
];

describe('old keys are refused in one line that names both', () => {
  const refusal = (settings: object) => {
    const check = () => checkConfig(settings, 'here');
    expect(check).toThrow(UsageError);
    expect(check).toThrow(/^here: [^\n]+$/);
    return expect(check);
  };

  it.each(refused)('%s', (_, old, message) => {
    for (const name of ['next-frame', 'reconstruction', 'adversarial'])
      refusal({ ...base, training: { steps: 1, ...old }, method: { name } }).toThrow(message);
  });
});

const written = { ...base, method: { name: 'next-frame', predict: 'last' } };
const over: [string, object, string[], object | RegExp][] = [
  ['a rollout', written, ['training.rollout=3'], { name: 'next-frame', predict: 'last', rollout: 3 }],
  ['predict', written, ['training.predict=every'], { name: 'next-frame' }],
  ['no predict', written, ['training.predict=null'], { name: 'next-frame' }],
  ['a control', written, ['training.target=current'], { name: 'reconstruction', predict: 'last' }],
  [
    'a control taken back',
    written,
    ['training.target=current', 'training.target=next'],
    { name: 'next-frame', predict: 'last' },
  ],
  ['a discriminator', written, ['training.adversarial={}'], { name: 'adversarial', predict: 'last' }],
  [
    "a discriminator's setting",
    written,
    ['training.adversarial.lambda=0.5', 'training.adversarial.discriminator.units=7'],
    { name: 'adversarial', predict: 'last', lambda: 0.5, discriminator: { units: 7 } },
  ],
  [
    'no discriminator',
    { ...base, method: { name: 'adversarial', lambda: 1 } },
    ['training.adversarial=null'],
    { name: 'next-frame' },
  ],
  [
    'a discriminator of a control',
    { ...base, method: { name: 'reconstruction' } },
    ['training.adversarial={}'],
    /training\.adversarial: .* method with name: adversarial now/,
  ],
  ['no target', written, ['training.target=curent'], /training\.target: .* method\.name/],
  [
    'new over old: a rollout',
    { ...base, training: { steps: 1, predict: 'last' } },
    ['method.rollout=2'],
    { name: 'next-frame', predict: 'last', rollout: 2 },
  ],
  [
    'new over old: λ',
    { ...base, training: { steps: 1, adversarial: { discriminator: { units: 7 } } } },
    ['method.lambda=0.5'],
    { name: 'adversarial', lambda: 0.5, discriminator: { units: 7 } },
  ],
  [
    'new over old: another method',
    { ...base, training: { steps: 1, adversarial: {} } },
    ['method={name: reconstruction}'],
    { name: 'reconstruction' },
  ],
  [
    'new over old that is wrong',
    { ...base, training: { steps: 1, target: 'curent' } },
    ['method.predict=last'],
    /training\.target: .* method\.name/,
  ],
];

describe('--set over the other spelling', () => {
  it.each(over)('of %s', async (_, pipeline, settings, expected) => {
    const loaded = loadConfig(fileWith(pipeline), settings);
    if (expected instanceof RegExp) {
      await expect(loaded).rejects.toThrow(UsageError);
      await expect(loaded).rejects.toThrow(expected);
    } else
      expect((await loaded).method).toEqual(
        (await loadConfig(fileWith({ ...base, method: expected }))).method,
      );
  });
});

const wrong: [string, object, RegExp][] = [
  ['no target', { target: 'curent' }, /training\.target: .*"next"\|"current".*did you mean current\?/],
  ['an adversarial number', { adversarial: 5 }, /training\.adversarial: .*expected an object/],
  ['adversarial null', { adversarial: null }, /training\.adversarial: .*expected an object/],
  ['a name inside', { adversarial: { name: 'nrm' } }, /training\.adversarial\.name: there is no such key/],
  [
    'predict inside',
    { adversarial: { predict: 'last' } },
    /training\.adversarial\.predict: there is no such key/,
  ],
  ['rollouts of a control', { target: 'current', rollout: 1 }, /training\.rollout: .*target: current/],
  ['adversarial rollouts', { adversarial: {}, rollout: 1 }, /training\.rollout: .*not with adversarial/],
  [
    'a discriminator of controls',
    { target: 'current', adversarial: {} },
    /training\.adversarial: .*training\.target: next/,
  ],
  ['a rollout of all frames', { rollout: 10 }, /method\.rollout: .*data\.steps/],
  [
    'an unknown key',
    { adversarial: { lamda: 1 } },
    /unknown key method\.lamda: did you mean method\.lambda\?/,
  ],
];

it.each(wrong)('%s is refused as it was', (_, old, message) => {
  const check = () => checkConfig({ ...base, training: { steps: 1, ...old } }, 'here');
  expect(check).toThrow(UsageError);
  expect(check).toThrow(message);
  expect(check).toThrow(/^here: [^\n]+$/);
});
