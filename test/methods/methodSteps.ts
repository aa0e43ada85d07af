import { afterAll } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { checkSettings } from '../../src/config/loadConfig.js';
import { sampleConfig } from '../../src/config/sampleConfig.js';
import { sampleMethodOf } from '../../src/methods/index.js';
import { createNetwork } from '../../src/models/index.js';
import type { ClassifiedImages, SampleData } from '../../src/samples/sampleData.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Feed, Named, Program } from '../../src/tensorflow/spec/program.js';

/** Single steps of a method for few labels, to look at what they compute. */

export const SIDE = 8;
export const CLASSES = 10;
/** A network that drops units, one without normalisation, and one with it. */
export const DROPS = { name: 'nrm', layers: [{ filters: 4, pool: {}, dropout: 0.5 }, { filters: 5 }] };
export const PLAIN = { name: 'cnn', blocks: [{ filters: 4 }, { filters: 5 }], normalization: 'bias' };
export const NORMALISED = { name: 'cnn', blocks: [{ filters: 4 }, { filters: 5 }] };

/** 30 images of noise, in turns of all classes. */
export const set = noise(30, 1);
export const data: SampleData = {
  description: 'noise',
  classes: Array.from({ length: CLASSES }, (_, i) => `class ${i}`),
  train: set,
  labelled: Array.from({ length: 10 }, (_, i) => i),
  validation: set,
  test: set,
};

export function noise(count: number, seed: number): ClassifiedImages {
  const random = new Random(seed);
  const images = Uint8Array.from({ length: count * SIDE * SIDE }, () => random.integer(256));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES);
  return { count, side: SIDE, channels: 1, images, labels };
}

export function pipelineOf(
  method: object,
  model: object,
  training: object = {},
  data: object = { dataset: 'mnist' },
) {
  const steps = { labelled: 5, unlabelled: 5, steps: 1, ...training };
  const settings = { name: 'tiny', data, model, method, training: steps };
  return checkSettings(sampleConfig, settings, 'tiny');
}

const open: Program[] = [];
afterAll(() => {
  for (const program of open.splice(0)) program.dispose();
});

/**
 * A method with a network, before its first step.
 * @param mode op by op; as a graph, where many steps are worth the time to compile it
 */
export function stepsOf(
  method: object,
  model: object,
  {
    mode = 'eager',
    ...training
  }: { readonly mode?: 'eager' | 'auto'; readonly unlabelled?: number; readonly augmentation?: object } = {},
) {
  const config = pipelineOf(method, model, training);
  const { method: settings, training: how, seed } = config;
  const image = { height: SIDE, width: SIDE, channels: 1 };
  const learns = sampleMethodOf(settings);
  const network = createNetwork(config.model, image);
  const sizes = { frames: 1, classes: CLASSES, batch: 5, samples: data.train.count };
  const spec = learns.build({ settings, network, image, seed, training: how, ...sizes });
  const program = compile(spec, { mode });
  open.push(program);
  const batches = learns.batches({ settings, data, seed, training: how });
  return {
    program,
    /** @param step from 0; which batch it is fed */
    step(step: number, change: (feeds: Named<Feed>) => Named<Feed> = (all) => all) {
      const { entry, feeds } = batches.batch(step);
      const logged = program.run(entry, change({ ...feeds, learningRate: 0.01 }));
      const figures = Object.fromEntries(Object.entries(logged).map(([name, { data }]) => [name, data[0]!]));
      return { figure: (name: string) => required(figures, name), feeds };
    },
  };
}

/** The first step of a method: what it logs, what it was fed, and the variables after it. */
export function firstStep(method: object, model: object, feed?: (feeds: Named<Feed>) => Named<Feed>) {
  const { program, step } = stepsOf(method, model);
  return { ...step(0, feed), state: program.state() };
}
