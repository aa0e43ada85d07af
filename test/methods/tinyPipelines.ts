import { Random } from '../../src/common/random.js';
import type { PipelineConfig } from '../../src/config/config.js';
import { checkConfig, checkSettings } from '../../src/config/loadConfig.js';
import { type SampleConfig, sampleConfig } from '../../src/config/sampleConfig.js';
import type { AnyEngineConfig } from '../../src/engine/engine.js';
import type { ClipMethod, SampleMethod } from '../../src/methods/index.js';
import type { Needed } from '../../src/methods/method.js';
import type { AnyModelConfig, ModelName } from '../../src/models/index.js';
import type { ClassifiedImages, SampleData } from '../../src/samples/sampleData.js';
import type { FrameSource } from '../../src/stream/frameSource.js';
import { smallModels } from '../models/smallModels.js';

/** The smallest pipelines that train: everything that a method could be given, for a battery that knows no method by name. */

export type Method = ClipMethod | SampleMethod;

/** A method with a network, ready to train. */
export type TinyPipeline = { readonly engine: AnyEngineConfig } & (
  | { readonly samples: 'clips'; readonly config: PipelineConfig; readonly source: FrameSource }
  | { readonly samples: 'images'; readonly config: SampleConfig; readonly data: SampleData }
);

/** Networks to try for what a method needs, likeliest first. */
export const NETWORKS: Record<Needed, readonly ModelName[]> = {
  'next-frame': ['conv-lstm', 'frame-stack', 'pgn', 'autoencoder'],
  encoder: ['cnn', 'pgn', 'resnet'],
  classes: ['nrm'],
  rendering: ['nrm', 'dynamic-nrm'],
  'noisy-layers': ['mlp', 'cnn'],
};
const WATCH_CLIPS: readonly ModelName[] = ['dynamic-nrm', 'conv-lstm-classifier'];

const SIDE = 8;
const CLASSES = 10;
/** Frames of a sample that is a clip. */
const FRAMES = 2;

/** Small settings of a model, as they stand in a pipeline. */
export function smallModel(name: ModelName): AnyModelConfig {
  const found = smallModels.find(([, config]) => config.name === name);
  if (!found) throw new RangeError(`test/models/smallModels.ts has no settings of ${name}`);
  const [, config] = found;
  return 'classes' in config ? { ...config, classes: CLASSES } : config;
}

/** @throws UsageError where the two do not go together */
export function tinyPipeline(
  { name, samples, settings }: Method,
  model: AnyModelConfig,
  training: object = {},
): TinyPipeline {
  const method = { ...(small(settings.parse({ name })) as object), name };
  return samples === 'clips' ? ofClips(method, model, training) : ofImages(method, model, training);
}

/** Settings with small sizes, so that networks that a method adds cost little: no whole number above 4, lists of one. */
function small(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(small);
  if (Number.isInteger(value)) return Math.min(value as number, 4);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, small(inner)]));
}

function ofClips(method: object, model: AnyModelConfig, training: object): TinyPipeline {
  const config = checkConfig(
    {
      name: 'tiny',
      threads: 1,
      data: { width: SIDE, height: SIDE, steps: 3, shuffle: 2, prefetch: 1 },
      model,
      method,
      training: { batch: 2, learningRate: 0.005, ...training },
    },
    'tiny',
  );
  const { optimizer, clipNorm, batch } = config.training;
  const { seed } = config;
  const engine = {
    model: config.model,
    frame: { height: SIDE, width: SIDE, channels: 1 },
    seed,
    batch,
    training: { steps: config.data.steps, optimizer, clipNorm, method: config.method },
  };
  return { samples: 'clips', config, source: walk(23), engine };
}

/** A bright square walks through dim noise: passes of fewer batches than a training has steps. */
function walk(frames: number): FrameSource {
  return {
    description: 'walk',
    open: async function* (split) {
      const random = Random.for(1, split);
      for (let index = 0; index < frames; index++) {
        const data = Uint8Array.from({ length: SIDE * SIDE }, () => random.integer(40));
        for (const at of [0, 1, SIDE, SIDE + 1]) data[(index * 9 + at) % data.length] = 250;
        yield { data, width: SIDE, height: SIDE, channels: 1, time: index / 25, index, source: split };
      }
    },
  };
}

function ofImages(method: object, model: AnyModelConfig, training: object): TinyPipeline {
  const watches = WATCH_CLIPS.includes(model.name);
  const config = checkSettings(
    sampleConfig,
    {
      name: 'tiny',
      threads: 1,
      data: watches
        ? { dataset: 'occluded-digits', labels: 20, clips: { frames: FRAMES } }
        : { dataset: 'mnist', labels: 20 },
      model,
      method,
      training: { labelled: 5, unlabelled: 5, learningRate: 0.01, ...training },
      evaluation: { batch: 5 },
    },
    'tiny',
  );
  const frames = watches ? FRAMES : undefined;
  const data = {
    description: 'ten patterns',
    classes: Array.from({ length: CLASSES }, (_, i) => `pattern ${i}`),
    train: patterns(31, 1, frames),
    labelled: Array.from({ length: 10 }, (_, i) => 3 * i),
    validation: patterns(12, 2, frames),
    test: patterns(10, 3, frames),
  };
  const image = { height: SIDE, width: SIDE, channels: 1 };
  return {
    samples: 'images',
    config,
    data,
    engine: { samples: config, image, frames, count: data.train.count },
  };
}

/** Ten patterns of light and dark, each a class, brighter towards the top, under some noise. */
function patterns(count: number, seed: number, frames?: number): ClassifiedImages {
  const pixels = SIDE * SIDE;
  const drawn = Random.for(1, 'patterns');
  const pattern = Uint8Array.from(
    { length: CLASSES * pixels },
    (_, i) => 90 * drawn.integer(2) + 16 * (SIDE - 1 - Math.floor((i % pixels) / SIDE)),
  );
  const noise = Random.for(seed, 'noise');
  const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES);
  const images = Uint8Array.from({ length: count * (frames ?? 1) * pixels }, (_, i) => {
    const sample = Math.floor(i / ((frames ?? 1) * pixels));
    return pattern[labels[sample]! * pixels + (i % pixels)]! + noise.integer(50);
  });
  return { count, side: SIDE, channels: 1, ...(frames && { frames }), images, labels };
}

/** Networks that a method is tried with, at most. */
const MOST = 2;

/** The pipelines of a method: networks that there are for what it needs, where the two go together. */
export function tinyPipelines(method: Method, training: object = {}): [ModelName, TinyPipeline][] {
  const names = new Set(method.needs.flatMap((need) => NETWORKS[need]));
  const fitting = [...names].flatMap((name): [ModelName, TinyPipeline][] => {
    try {
      return [[name, tinyPipeline(method, smallModel(name), training)]];
    } catch {
      return [];
    }
  });
  return fitting.slice(0, MOST);
}
