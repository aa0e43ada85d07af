import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import { pipelineConfig } from '../../src/config/config.js';
import { checkConfig, checkSettings } from '../../src/config/loadConfig.js';
import { sampleConfig } from '../../src/config/sampleConfig.js';
import { type AnyEngineConfig, engineProgram } from '../../src/engine/engine.js';
import { clipMethods, sampleMethodOf, sampleMethods } from '../../src/methods/index.js';
import { type ModelName, models } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Feed, InputSpec, Named } from '../../src/tensorflow/spec/program.js';
import { changesSamples } from '../../src/views/index.js';
import { changed, optionsOf, shapeOf, tiny, type Variation, variations } from './schemaWalk.js';

// Contract: whatever the schemas allow is refused in one line that names a key, or trains in graph mode with a finite loss.
// The settings are found by walking the schemas: a new one is tried without a change here.

type Settings = Record<string, unknown> & { model: object; training: object; data: object };

const pipeline = shapeOf(pipelineConfig);
const classifier = shapeOf(sampleConfig);

const named = ({ path, value }: Variation) => `${path.join('.')}=${JSON.stringify(value)}`;
const nameOf = (given: unknown) => (given as { name: string }).name;

beforeAll(async () => {
  await loadTensorFlow();
});

/** The settings as they are checked, or undefined where they were refused as they should be. */
function accepted<T>(check: () => T): T | undefined {
  try {
    return check();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    expect(message).toMatch(/\b(data|model|method|training|evaluation|precision|threads)\b/);
    return undefined;
  }
}

/** Programs that were tried already: settings that are not part of them, such as schedules, cost nothing. */
const tried = new Set<string>();

/** Two steps of every way to train, in graph mode, with figures that are numbers. */
function trains(config: AnyEngineConfig): void {
  const { variables, entries, seed } = engineProgram(config);
  const training = Object.entries(entries).filter(([name]) => name.startsWith('train'));
  const program = compile({ variables, entries: Object.fromEntries(training), seed }, { mode: 'graph' });
  try {
    for (const [name, { inputs }] of training)
      for (let step = 0; step < 2; step++) {
        const outputs = program.run(name, feedsOf(inputs));
        for (const [output, { data }] of Object.entries(outputs))
          expect(data.every(Number.isFinite), `${name}.${output}`).toBe(true);
      }
  } finally {
    program.dispose();
  }
}

function feedsOf(inputs: Named<InputSpec>): Named<Feed> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape: size, dtype }]) => {
      if (size.length === 0) return [name, /rate/i.test(name) ? 0.001 : 0.5];
      const count = size.reduce((x, y) => x * y, 1);
      if (dtype === 'int32') return [name, Int32Array.from({ length: count }, (_, i) => i % 10)];
      return [name, Uint8Array.from({ length: count }, (_, i) => (i * 37) % 256)];
    }),
  );
}

/** The same once for each program. */
function trainsOnce(config: AnyEngineConfig, key: object): void {
  const text = JSON.stringify(key);
  if (tried.has(text)) return;
  tried.add(text);
  trains(config);
}

/** Sizes that every row takes in turn: odd and even frames, one channel and three, one clip and two, one step and more. */
const sizes = [
  { data: { width: 6, height: 6, color: 'grey', steps: 2 }, training: { batch: 2 }, rollout: 0 },
  { data: { width: 5, height: 7, color: 'rgb', steps: 1 }, training: { batch: 1 }, rollout: 0 },
  { data: { width: 7, height: 4, color: 'grey', steps: 4 }, training: { batch: 1 }, rollout: 3 },
  { data: { width: 4, height: 6, color: 'rgb', steps: 2 }, training: { batch: 2 }, rollout: 1 },
];

/** Every method with every value of its settings; a discriminator is a small one. */
function methodRows(schema: Parameters<typeof variations>[0]): Variation[] {
  const judge = { filters: [2], lstm: 2, units: 2 };
  return variations(schema, ['method']).map(({ path, value }) => {
    if (nameOf(value) !== 'adversarial') return { path, value };
    const { discriminator } = value as { discriminator?: object };
    return { path, value: { ...(value as object), discriminator: { ...judge, ...discriminator } } };
  });
}

const isOfOptimizer = ({ path, value }: Variation) =>
  path[1] === 'optimizer' || (path[0] === 'method' && JSON.stringify(value).includes('optimizer'));

it('tries every method that there is', () => {
  const tries = (schema: Parameters<typeof variations>[0]) =>
    [...new Set(methodRows(schema).map(({ value }) => nameOf(value)))].sort();
  expect(tries(required(pipeline, 'method'))).toEqual(clipMethods.map(({ name }) => name).sort());
  expect(tries(required(classifier, 'method'))).toEqual(sampleMethods.map(({ name }) => name).sort());
});

describe.each(optionsOf(required(pipeline, 'model')).map((model) => [nameOf(tiny(model)), model] as const))(
  '%s',
  (name, schema) => {
    const base: Settings = { name: 'tiny', data: {}, model: tiny(schema) as object, training: { steps: 2 } };
    const rows: Variation[] = [
      ...sizes.map((_, i) => ({ path: ['seed'], value: i })),
      ...[0, 1, 3].flatMap((rollout) =>
        [1, 4].map((steps) => ({ path: ['both'], value: { rollout, steps } })),
      ),
      { path: ['training', 'clipNorm'], value: 1 },
      ...variations(schema, ['model']),
      ...methodRows(required(pipeline, 'method')),
      ...variations(required(pipeline, 'training'), ['training']),
      ...variations(required(pipeline, 'precision'), ['precision']),
      // How weights are moved has nothing to do with which: optimizers are tried on one model.
    ].filter((row) => name === 'pgn' || !isOfOptimizer(row));

    it.each(rows.map((row, i) => [named(row), row, i] as const))('%s', (_, row, i) => {
      const { rollout, ...size } = sizes[i % sizes.length]!;
      const predict = i % 2 === 0 ? 'every' : 'last';
      const watching = (own: number) => ({ name: 'next-frame', predict, rollout: own });
      let settings: Settings = {
        ...base,
        data: size.data,
        method: watching(rollout),
        training: { ...base.training, ...size.training },
      };
      if (row.path[0] === 'both') {
        const both = row.value as { rollout: number; steps: number };
        settings = changed({ ...settings, method: watching(both.rollout) }, ['data', 'steps'], both.steps);
      } else settings = changed(settings, row.path, row.value);
      const free = { ...settings, method: watching(0) };
      // Where the sizes' rollout does not go with what is tried, it is tried without.
      const config =
        accepted(() => checkConfig(settings, 'tiny')) ??
        (row.path[0] === 'method' ? undefined : accepted(() => checkConfig(free, 'tiny')));
      if (!config || config.precision === 'fast') return;
      const { model, method, data, training, seed } = config;
      const frame = { height: data.height, width: data.width, channels: data.color === 'grey' ? 1 : 3 };
      const { optimizer, clipNorm, batch } = training;
      const own = { optimizer, clipNorm, method, steps: data.steps };
      trainsOnce({ model, frame, seed, batch, training: own }, { model, frame, batch, own });
    });
  },
);

describe.each(optionsOf(required(classifier, 'model')).map((model) => [nameOf(tiny(model)), model] as const))(
  'classifier %s',
  (name, schema) => {
    const { offers } = models[name as ModelName];
    const fits = (method: string) =>
      sampleMethodOf({ name: method }).needs.some((each) => offers.includes(each));
    // Whether it is residual is seen with one block in each stage, at a third of the graph.
    const own = {
      ...(name === 'resnet' && { blocks: 1 }),
      ...(name === 'conv-large' && { width: 'eighth' }),
    };
    // It halves an image twice and takes off a border.
    const side = name === 'conv-large' ? 12 : 8;
    const given = { ...(tiny(schema) as object), ...own };
    const base: Settings = {
      name: 'tiny',
      data: {},
      model: 'classes' in given ? { ...given, classes: 10 } : given,
      method: { name: fits('nrm') ? 'nrm' : 'entropy' },
      training: { steps: 2, labelled: 2, unlabelled: 2 },
      evaluation: { batch: 2 },
    };
    const images = { dataset: 'mnist' };
    const clipsOf = (frames: number) => ({ dataset: 'occluded-digits', clips: { frames } });
    // What a loss weighs has nothing to do with which network answers: that is tried with one, what renders with all that render.
    const varies = (method: string) =>
      name === 'nrm' || sampleMethodOf({ name: method }).needs.includes('rendering');
    const ofMethods = methodRows(required(classifier, 'method'));
    const first = (value: unknown) => ofMethods.find((row) => nameOf(row.value) === nameOf(value))?.value;
    const rows: Variation[] = [
      { path: ['seed'], value: 1 },
      ...variations(schema, ['model']),
      ...ofMethods.filter(({ value }) => varies(nameOf(value)) || value === first(value)),
      // How steps are made has nothing to do with what they train.
      ...(name === 'nrm' ? variations(required(classifier, 'training'), ['training']) : []),
    ].filter(({ path }) => !path.includes('validateEvery'));

    it.each(rows.map((row, i) => [named(row), row, i] as const))('%s', (_, row, i) => {
      const settings = changed(base, row.path, row.value);
      const checked = (data: object) =>
        accepted(() => checkSettings(sampleConfig, { ...settings, data }, 'tiny'));
      // A second frame doubles the graph: every fourth row has one, and what is refused with one alone.
      const config =
        (i % 4 === 0 ? undefined : checked(i % 4 === 1 ? clipsOf(1) : images)) ??
        checked(clipsOf(2)) ??
        checked(images);
      if (!config) return;
      const image = { height: side, width: side, channels: i % 2 === 0 ? 1 : 3 };
      const frames = config.data.clips?.frames;
      const { optimizer, clipNorm, labelled, unlabelled, augmentation, labelsFirst } = config.training;
      // Views are made by the host: a program knows whether there are any.
      const augmented = changesSamples(augmentation);
      const step = { optimizer, clipNorm, labelled, unlabelled, augmented, labelsFirst };
      const method = 'strong' in config.method ? { ...config.method, strong: undefined } : config.method;
      // `feedsOf` names ten places.
      trainsOnce(
        { samples: config, image, frames, count: 10 },
        { model: config.model, method, step, image, frames },
      );
    });
  },
);
