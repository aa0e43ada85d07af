import { Random } from '../../src/common/random.js';
import { supervised } from '../../src/methods/labels/supervised.js';
import { advanceEntry } from '../../src/methods/prediction/advanceEntry.js';
import { predictionStep } from '../../src/methods/prediction/predictionStep.js';
import { createNetwork } from '../../src/models/network.js';
import type { Feed, InputSpec, Named, ProgramSpec } from '../../src/tensorflow/spec/program.js';
import { augmentationViews } from '../../src/views/index.js';
import type { ParityCase } from './cases.js';

const STEP = {
  optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999 },
  clipNorm: 1,
} as const;
const LEARNING_RATE = 0.002;
const CLASSES = 3;

/** The entry that predicts, beside `train`. */
export const predictEntry = (trial: ParityCase) => (trial.supervised ? 'evaluate' : 'advance');

/** The program of a case: `train` and what `predictEntry` names. */
export function parityProgram({
  model: config,
  frame,
  batch,
  steps,
  supervised: settings,
}: ParityCase): ProgramSpec {
  const network = createNetwork(config, frame);
  if (settings) {
    const training = {
      ...STEP,
      labelled: batch,
      unlabelled: 0,
      labelsFirst: 0,
      ramp: 0,
      teacherDecay: 0.99,
      augmentation: augmentationViews.parse({}),
    };
    const frames = network.clipClassifier ? steps : 1;
    return supervised.build({
      settings,
      network,
      image: frame,
      frames,
      samples: 1,
      classes: CLASSES,
      seed: 1,
      batch,
      training,
    });
  }
  const { predictor: model } = network;
  if (!model) throw new Error(`${network.name} neither predicts frames nor is it given a method`);
  return {
    variables: model.parameters(1),
    entries: {
      train: predictionStep(
        model,
        { batch, steps },
        { ...STEP, predict: 'every', rollout: 0, target: 'next' },
      ),
      advance: advanceEntry(model, batch),
    },
  };
}

/** What an entry is fed, the same for the same seed. Memory is empty. */
export function parityFeeds(inputs: Named<InputSpec>, seed: number): Named<Feed> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, spec]) => [name, feedOf(name, spec, Random.for(seed, name))]),
  );
}

function feedOf(name: string, { shape, dtype }: InputSpec, random: Random): Feed {
  if (name === 'learningRate') return LEARNING_RATE;
  const length = shape.reduce((a, b) => a * b, 1);
  if (name.startsWith('memory.')) return new Float32Array(length);
  if (dtype === 'uint8') return Uint8Array.from({ length }, () => random.integer(256));
  if (dtype === 'int32') return Int32Array.from({ length }, () => random.integer(CLASSES));
  return Float32Array.from({ length }, () => random.uniform());
}
