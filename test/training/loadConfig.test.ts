import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { UsageError } from '../../src/common/errors.js';
import { checkConfig, loadAnyConfig, loadConfig, loadSampleConfig } from '../../src/config/loadConfig.js';
import { kindOfPipeline } from '../../src/config/pipelineKind.js';
import { anyCharacter } from '../anyCharacter.js';

const pipelines = resolve(import.meta.dirname, '../../pipelines');
const demo = join(pipelines, 'balls-pgn.yaml');

/** Who reads a pipeline with this text: its method says what it learns from. */
function loaderOf(text: string) {
  const kind = kindOfPipeline(parse(text) as Record<string, unknown>, 'here');
  return kind === 'images' ? loadSampleConfig : loadConfig;
}

/** A file with this content; its path. */
function fileWith(content: string | Buffer): string {
  const file = join(mkdtempSync(join(tmpdir(), 'foreframe-test-')), 'own.yaml');
  writeFileSync(file, content);
  return file;
}

/** Lists of nine lists of nine lists …: ten lines that stand for three billion values. */
const BOMB = 'abcdefghij'
  .split('')
  .map(
    (name, i, all) =>
      `${name}: &${name} [${Array(9)
        .fill(i === 0 ? 'x' : `*${all[i - 1]}`)
        .join(', ')}]`,
  )
  .join('\n');
const BASE = 'name: x\nmodel: {name: pgn}\n';

describe('a pipeline', () => {
  it.each(readdirSync(pipelines))('%s is right, and its resolved form reads back the same', async (name) => {
    const load = loaderOf(readFileSync(join(pipelines, name), 'utf8'));
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
    ['model.name=pgm', "Expected 'pgn'"],
    ['model.name=frame-stak', 'did you mean frame-stack?'],
    ['data.color=grayy', 'did you mean grey?'],
    ['__proto__.x=1', 'unknown key __proto__'],
    ['constructor.prototype.x=1', 'unknown key constructor'],
    ['data.__proto__=1', 'unknown key __proto__'],
    ['data={__proto__: {width: 3}}', 'unknown key __proto__'],
    ['toString.x=1', 'unknown key toString'],
    ['model.filters.length=1000000000', 'length is no place in that list, which has '],
    ['model.filters.77=8', '77 is no place in that list'],
    ['data=!foo {}', 'Unresolved tag'],
    ['seed={a: 1, a: 2}', 'the key a stands there twice'],
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

  const strange: [string, string | Buffer, RegExp][] = [
    [
      '20,000 unknown keys',
      BASE + Array.from({ length: 20_000 }, (_, i) => `trainin${i}: 1`).join('\n'),
      /unknown key trainin0: did you mean training\?; .*; and 19997 more$/,
    ],
    [
      '20,000 unknown keys deeper',
      `${BASE}data:\n${Array.from({ length: 20_000 }, (_, i) => `  k${i}: 1`).join('\n')}`,
      /unknown key data\.k0; known here: .*; and 19997 more$/,
    ],
    [
      '20,000 wrong values',
      `${BASE}data: {videos: [${'1,'.repeat(20_000)}]}`,
      /data\.videos\.0: .*; and 19997 more$/,
    ],
    ['a key of a megabyte', `${BASE}? ${'k'.repeat(1e6)}\n: 1`, /unknown key k{59}…/],
    ['a value of a megabyte', `name: ${'!'.repeat(1e6)}`, /./],
    ['10,000 lists in lists', `a: ${'['.repeat(10_000)}`, /is not YAML/],
    ['10,000 maps in maps', `a: ${'{a: '.repeat(10_000)}${'}'.repeat(10_000)}`, /nested too deeply/],
    ['200 maps in maps', `a: ${'{a: '.repeat(200)}${'}'.repeat(200)}`, /nested too deeply/],
    ['aliases of aliases', BOMB, /alias count/],
    ['an alias of itself', `${BASE}data: &d {split: *d}`, /data\.split|nested too deeply/],
    ['the same key twice', `${BASE}seed: 1\nseed: 2`, /the key seed stands there twice at line 4, column 1/],
    [
      'the same key twice inside',
      `${BASE}data: {width: 8, width: 9}`,
      /the key width stands there twice at line 3/,
    ],
    ['tabs', 'name: x\ndata:\n\twidth: 3', /Tabs are not allowed.* at line 3/],
    ['an unknown tag', `${BASE}seed: !!js/function 'x'`, /Unresolved tag.* at line 3/],
    ['an unknown directive', `%FOO bar\n---\n${BASE}`, /Unknown directive/],
    ['a list as a key', `${BASE}? [a, b]\n: 1`, /all keys must be strings at line 3/],
    ['two documents', `${BASE}---\n${BASE}`, /multiple documents: leave one$/],
    ['reserved keys', `${BASE}__proto__: {polluted: 1}`, /unknown key __proto__$/],
    [
      'reserved keys inside',
      `${BASE}data: {constructor: {prototype: {polluted: 1}}}`,
      /unknown key data\.constructor$/,
    ],
    [
      'bytes of a video',
      Buffer.concat([Buffer.from('\0\0\0 ftypisom'), Buffer.alloc(1000, 0xfe)]),
      /is no pipeline: it is not YAML/,
    ],
    ['control characters', 'name: \u0007\u0001', /is no pipeline: it is not YAML/],
    ['UTF-16', Buffer.from(`\ufeff${BASE}`, 'utf16le'), /saved as UTF-8/],
    ['more than any pipeline has', Buffer.alloc(5_000_000, 'a: 1\n'), /is no pipeline/],
    ['nothing', '', /is not a pipeline/],
    ['a list', '- 1', /is not a pipeline/],
    ['null', '~', /is not a pipeline/],
  ];
  it.each(strange)('refuses a file with %s in one short line', async (_, content, message) => {
    const warn = vi.spyOn(process, 'emitWarning');
    const file = fileWith(content);
    const error = await loadConfig(file).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UsageError);
    const text = (error as Error).message.replaceAll(file, 'own.yaml');
    expect(text).toMatch(message);
    expect(text).toContain('own.yaml');
    expect(text.length).toBeLessThan(400);
    expect(text).not.toContain('\n');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('reads a file with a byte order mark, and one whose parts are aliases without sharing them', async () => {
    const file = fileWith(
      `\ufeffname: x\nmodel: {name: pgn}\ntraining: {steps: 1, optimizer: &o {kind: sgd}, adversarial: {discriminator: {optimizer: *o}}}`,
    );
    const { training, method } = await loadConfig(file, ['training.optimizer.momentum=0.5']);
    expect(training.optimizer).toEqual({ kind: 'sgd', momentum: 0.5 });
    expect(method).toMatchObject({ discriminator: { optimizer: { kind: 'sgd', momentum: 0 } } });
  });

  it.each([
    ['video', 'training.rolout=2', /training\.rolout: did you mean method\.rollout\?$/],
    ['video', 'model.rollout=2', /model\.rollout: did you mean method\.rollout\?$/],
    ['video', 'data.batch=3', /data\.batch: did you mean training\.batch\?$/],
    ['video', 'seeds=3', /unknown key seeds: did you mean seed\?$/],
    ['video', 'training.lr=3', /unknown key training\.lr; known here: batch, /],
    ['classify-mnist-100-labels-nrm', 'training.objectives=1', /did you mean method\.objectives\?$/],
  ])('of %s with %s names the section where the key is', async (name, setting, message) => {
    await expect(loadAnyConfig(join(pipelines, `${name}.yaml`), [setting])).rejects.toThrow(message);
  });

  it('says one cause for a network that does not fit the method', async () => {
    const images = loadAnyConfig(join(pipelines, 'classify-mnist-100-labels-nrm.yaml'), [
      'model={name: conv-lstm-classifier}',
    ]);
    await expect(images).rejects.toThrow(/: model\.name: this model watches clips: [^;]*: nrm$/);
  });

  it.each(['model={name:pgn}', 'method={name:rotation}'])(
    '%s: says that a space is missing after the colon',
    async (setting) => {
      await expect(loadConfig(join(pipelines, 'video.yaml'), [setting])).rejects.toThrow(
        /--set .*: a space is missing after a colon: write name: (pgn|rotation)$/,
      );
    },
  );

  it('of a classifier is refused in the same way', async () => {
    const file = fileWith(`name: x\n__proto__: {polluted: 1}\n`);
    await expect(loadSampleConfig(file)).rejects.toThrow(/unknown key __proto__$/);
    const path = join(pipelines, 'classify-mnist-100-labels-nrm.yaml');
    await expect(loadSampleConfig(path, ['data.datset=mnist'])).rejects.toThrow('did you mean data.dataset?');
    await expect(loadSampleConfig(path, ['data.dataset=fashion-mnst'])).rejects.toThrow(
      'did you mean fashion-mnist?',
    );
    await expect(loadSampleConfig(path, ['__proto__.x=1'])).rejects.toThrow('unknown key __proto__');
  });

  it('changed anywhere is taken or refused in one short line, and changes nothing else', async () => {
    const texts = readdirSync(pipelines).map(
      (name) => [name, readFileSync(join(pipelines, name), 'utf8')] as const,
    );
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ':',
        '-',
        '#',
        '&a',
        '*a',
        '!x',
        '|',
        '>',
        '"',
        "'",
        '\t',
        '\n',
        '? ',
        '<<: ',
        '---',
        '%',
        '~',
      ),
      fc.constantFrom(
        '__proto__: ',
        'constructor: ',
        'toString: ',
        '.nan',
        '.inf',
        '1e999',
        '-1',
        '0x10',
        '99999999999999999999',
      ),
      fc.string({ unit: anyCharacter, maxLength: 6 }),
    );
    const change = fc.tuple(fc.nat(2000), fc.nat(30), piece);
    const changed = fc.asyncProperty(
      fc.constantFrom(...texts),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async ([, text], changes) => {
        const mutated = changes.reduce((now, [at, cut, put]) => {
          const place = at % (now.length + 1);
          return now.slice(0, place) + put + now.slice(place + cut);
        }, text);
        const file = fileWith(mutated);
        const outcome = await loaderOf(text)(file).catch((error: unknown) => error);
        expect(Object.keys(Object.prototype)).toEqual([]);
        if (!(outcome instanceof Error)) return;
        expect(outcome).toBeInstanceOf(UsageError);
        const message = outcome.message.replaceAll(file, 'own.yaml');
        expect(message).toMatch(/^.*own\.yaml[^\n\r]*$/);
        expect(message.length).toBeLessThan(400);
      },
    );
    await fc.assert(changed, { numRuns: Number(process.env.CONFIG_RUNS ?? 200) });
  });

  const good = { name: 'x', model: { name: 'pgn' }, training: { steps: 1 } };
  const endless: Record<string, unknown> = { ...good };
  endless.data = { split: endless };
  const odd: [string, unknown, RegExp][] = [
    ['nothing', undefined, /expected object/],
    ['a number', 7, /expected object/],
    ['a list', [], /expected object/],
    ['a function', () => good, /expected object/],
    ['a Map', new Map(Object.entries(good)), /here: it should be a plain object/],
    ['an object that inherits its keys', Object.create(good), /here: it should be a plain object/],
    ['a Map inside', { ...good, data: new Map([['width', 8]]) }, /here: data: it should be a plain object/],
    ['a date inside', { ...good, data: new Date() }, /here: data: it should be a plain object/],
    [
      'a getter that throws',
      {
        ...good,
        get data() {
          throw new Error('no data');
        },
      },
      /here: data: it cannot be read \(no data\)/,
    ],
    ['an object that holds itself', endless, /nested too deeply/],
    ['a BigInt', { ...good, seed: 1n }, /seed: .*expected number, received bigint/],
    ['a symbol', { ...good, name: Symbol('x') }, /name: .*expected string/],
    ['NaN', { ...good, training: { steps: Number.NaN } }, /training\.steps/],
    ['Infinity', { ...good, training: { seconds: Number.POSITIVE_INFINITY } }, /training\.seconds/],
    ['an own key __proto__', JSON.parse('{"name":"x","__proto__":{"seed":3}}'), /unknown key __proto__/],
  ];
  it.each(odd)('is refused as %s by checkConfig', (_, raw, message) => {
    const check = () => checkConfig(raw, 'here');
    expect(check).toThrow(UsageError);
    expect(check).toThrow(message);
    expect(check).toThrow(/^here: [^\n]{1,300}$/);
  });

  it('takes an object of another realm, and one without a prototype', () => {
    const { seed } = checkConfig(
      runInNewContext('({name: "x", seed: 5, model: {name: "pgn"}, training: {steps: 1}})'),
      'here',
    );
    expect(seed).toBe(5);
    expect(checkConfig(Object.assign(Object.create(null), good), 'here').name).toBe('x');
  });
});
