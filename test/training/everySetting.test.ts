import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/common/errors.js';
import { loadTensorFlow } from '../../src/tensorflow/backend.js';
import { compile } from '../../src/tensorflow/compile.js';
import type { Feed, InputSpec, Named } from '../../src/tensorflow/program.js';
import { classifierConfig } from '../../src/training/classifierConfig.js';
import { pipelineConfig } from '../../src/training/config.js';
import { type AnyEngineConfig, engineProgram } from '../../src/training/engine.js';
import { checkConfig, checkSettings } from '../../src/training/loadConfig.js';
import { changed, tiny, type Variation, variations } from './schemaWalk.js';

// Contract: whatever the schemas allow is refused in one line that names a key, or trains in graph mode with a finite loss.
// The settings are found by walking the schemas: a new one is tried without a change here.

type Settings = Record<string, unknown> & { model: object; training: object; data: object };

const { shape } = pipelineConfig;
const models = (schema: unknown) =>
  ((schema as { _zod: { def: { options?: []; out?: { _zod: { def: { options: [] } } } } } })._zod.def
    .options ??
    (schema as { _zod: { def: { out: { _zod: { def: { options: [] } } } } } })._zod.def.out._zod.def
      .options) as Parameters<typeof tiny>[0][];

const named = ({ path, value }: Variation) => `${path.join('.')}=${JSON.stringify(value)}`;
const nameOf = (model: unknown) => (model as { name: string }).name;

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
  { data: { width: 6, height: 6, color: 'grey', steps: 2 }, training: { batch: 2 } },
  { data: { width: 5, height: 7, color: 'rgb', steps: 1 }, training: { batch: 1 } },
  { data: { width: 7, height: 4, color: 'grey', steps: 4 }, training: { batch: 1, rollout: 3 } },
  { data: { width: 4, height: 6, color: 'rgb', steps: 2 }, training: { batch: 2, rollout: 1 } },
];

describe.each(models(shape.model).map((model) => [nameOf(tiny(model)), model] as const))(
  '%s',
  (name, schema) => {
    const base: Settings = {
      name: 'tiny',
      data: {},
      model: tiny(schema) as object,
      training: { steps: 2, adversarial: undefined },
    };
    const judge = { discriminator: { filters: [2], lstm: 2, units: 2 } };
    const rows: Variation[] = [
      ...sizes.map((_, i) => ({ path: ['seed'], value: i })),
      ...[0, 1, 3].flatMap((rollout) =>
        [1, 4].map((steps) => ({ path: ['both'], value: { rollout, steps } })),
      ),
      { path: ['training', 'adversarial'], value: judge },
      { path: ['training', 'clipNorm'], value: 1 },
      ...variations(schema, ['model']),
      // How weights are moved has nothing to do with which: optimizers are tried on one model.
      ...variations(shape.training, ['training']).filter(
        ({ path }) => path[1] !== 'adversarial' && (name === 'pgn' || path[1] !== 'optimizer'),
      ),
      ...(name === 'pgn'
        ? variations(shape.training, ['training'])
            .filter(({ path }) => path[1] === 'adversarial')
            .map(({ path, value }) => ({
              path: ['training', 'adversarial'],
              value: changed<object>(judge, path.slice(2), value),
            }))
        : []),
      ...variations(shape.precision, ['precision']),
    ];

    it.each(rows.map((row, i) => [named(row), row, i] as const))('%s', (_, row, i) => {
      const size = sizes[i % sizes.length]!;
      let settings = {
        ...base,
        data: size.data,
        training: { ...base.training, ...size.training },
      } as Settings;
      if (row.path[0] === 'both') {
        const { rollout, steps } = row.value as { rollout: number; steps: number };
        settings = changed(changed(settings, ['training', 'rollout'], rollout), ['data', 'steps'], steps);
      } else settings = changed(settings, row.path, row.value);
      const free = changed(settings, ['training', 'rollout'], 0);
      // Where the sizes' rollout does not go with what is tried, it is tried without.
      const config =
        accepted(() => checkConfig(settings, 'tiny')) ?? accepted(() => checkConfig(free, 'tiny'));
      if (!config || config.precision === 'fast') return;
      const { model, data, training, seed } = config;
      const frame = { height: data.height, width: data.width, channels: data.color === 'grey' ? 1 : 3 };
      const { optimizer, clipNorm, predict, target, rollout, adversarial, batch } = training;
      const own = { optimizer, clipNorm, predict, target, rollout, adversarial, steps: data.steps };
      trainsOnce({ model, frame, seed, batch, training: own }, { model, frame, batch, own });
    });
  },
);

describe.each(models(classifierConfig.shape.model).map((model) => [nameOf(tiny(model)), model] as const))(
  'classifier %s',
  (name, schema) => {
    const ofClips = name !== 'nrm';
    const model = { ...(tiny(schema) as object), classes: 10 };
    const base: Settings = {
      name: 'tiny',
      data: ofClips ? { dataset: 'occluded-digits', clips: { frames: 2 } } : { dataset: 'mnist' },
      model,
      method: { name: 'nrm' },
      training: { steps: 2, labelled: 2, unlabelled: 2 },
      evaluation: { batch: 2 },
    };
    const rows: Variation[] = [
      { path: ['seed'], value: 1 },
      ...variations(schema, ['model']),
      ...variations(classifierConfig.shape.method, ['method']),
      // How steps are made has nothing to do with what they train.
      ...(name === 'nrm' ? variations(classifierConfig.shape.training, ['training']) : []),
    ].filter(({ path }) => !path.includes('validateEvery'));

    it.each(rows.map((row, i) => [named(row), row, i] as const))('%s', (_, row, i) => {
      const settings = changed(base, row.path, row.value);
      const checked = (frames: number) =>
        accepted(() => {
          const sized = ofClips ? changed(settings, ['data', 'clips', 'frames'], frames) : settings;
          return checkSettings(classifierConfig, sized, 'tiny');
        });
      // A second frame doubles the graph: every fourth row has one, and what is refused with one alone.
      const config = (i % 4 === 0 ? undefined : checked(1)) ?? checked(2);
      if (!config) return;
      const image = { height: 8, width: 8, channels: i % 2 === 0 ? 1 : 3 };
      const frames = config.data.clips?.frames;
      const { optimizer, clipNorm, labelled, unlabelled, augmentation, labelsFirst } = config.training;
      const step = { optimizer, clipNorm, labelled, unlabelled, augmentation, labelsFirst };
      trainsOnce(
        { classifier: config, image, frames },
        { model: config.model, method: config.method, step, image, frames },
      );
    });
  },
);
