import { commandOf } from '../config/anyConfig.js';
import type { SampleConfig } from '../config/sampleConfig.js';
import { askingFirst } from '../engine/askingFirst.js';
import type { Engine } from '../engine/engine.js';
import { sampleMethodOf } from '../methods/index.js';
import type { SampleValidation } from '../methods/method.js';
import { heldOut, type SampleData } from '../samples/sampleData.js';
import type { Learner, Validation } from './learner.js';
import { scheduleFactor } from './schedule.js';

export type SampleLearnerValidation = Validation & SampleValidation;

/** A method that learns from a set of images or short clips in memory: batch n follows from the seed and n, without an end. */
export function sampleLearner(
  config: SampleConfig,
  data: SampleData,
  engine: Engine,
): Learner<SampleLearnerValidation> {
  const { method: settings, training, seed, evaluation } = config;
  const method = sampleMethodOf(settings);
  const { validation: set } = heldOut(data, evaluation.samples);
  const batches = method.batches({ settings, data, seed, training });
  return {
    countsPasses: false,
    readsOnce: false,
    speedName: 'imagesPerSecond',
    command: commandOf(config),
    async *epoch({ step }, throwIfStopped) {
      for (let next = step; ; next++) {
        await throwIfStopped();
        yield { ...batches.batch(next), count: batches.seen(next + 1) - batches.seen(next) };
      }
    },
    rates: (progress) => ({
      learningRate: training.learningRate * scheduleFactor(training.schedule, progress),
    }),
    async validate(_position, _progress, throwIfStopped) {
      const { network } = evaluation;
      const classes = data.classes.length;
      const runner = askingFirst(engine, throwIfStopped);
      const validation = await method.validate(runner, set, { classes, network });
      return { ...validation, chooses: true };
    },
    close: async () => {},
  };
}
