import type { z } from 'zod';
import { Random } from '../../common/random.js';
import { LabelledBatches, type UnlabelledView } from '../../samples/labelledBatches.js';
import type { Tensor } from '../../tensorflow/backend/tf.js';
import type { Feed, InputSpec, Named } from '../../tensorflow/spec/program.js';
import type { Conflict, MethodCard, MethodSchema, SampleMethod, SamplePipeline } from '../method.js';
import type { rampFactor } from '../parts/ramp.js';
import { noUnlabelledImages } from '../parts/unlabelledImages.js';
import { classifierBatches, validateAnswers } from './classifierRun.js';
import { fewLabelsProgram, type Look, type Losses } from './fewLabelsProgram.js';
import { sampleReader } from './sampleReader.js';

/** How many samples a step sees. */
export interface StepSizes {
  readonly labelled: number;
  readonly unlabelled: number;
}

/**
 * A way to learn from few labels and many samples without one, as one loss over what the network answers. Networks, batches, views,
 * the moving average, the optimizer and the measuring are shared.
 */
export interface FewLabelsMethod<Schema extends MethodSchema>
  extends Omit<MethodCard<Schema>, 'name' | 'needs'> {
  /** Weights of its losses, by name; cross-entropy has 1. */
  weights(settings: z.infer<Schema>): Named<number>;
  /** Further views of the unlabelled samples; none by default. */
  views?(settings: z.infer<Schema>): readonly UnlabelledView[];
  /** A sample is mirrored in all its views, or in none. False by default: each view is changed apart. */
  readonly sharesFlip?: boolean;
  /** Further inputs, which the host draws anew for each step. */
  inputs?(settings: z.infer<Schema>, sizes: StepSizes): Named<InputSpec>;
  draw?(settings: z.infer<Schema>, sizes: StepSizes, random: Random): Named<Feed>;
  /** How its losses come in; by `rampFactor` unless it says so. */
  readonly ramp?: typeof rampFactor;
  /** Constants for its losses: nothing that they depend on gets a gradient. */
  prepare?(look: Look, settings: z.infer<Schema>): Named<Tensor>;
  /** Its losses without their weights. One reading `follows`. */
  losses(look: Look, settings: z.infer<Schema>, prepared: Named<Tensor>): Losses;
  conflict?(settings: z.infer<Schema>, pipeline: SamplePipeline): Conflict | undefined;
}

export function fewLabelsMethod<Schema extends MethodSchema>(
  own: FewLabelsMethod<Schema>,
): SampleMethod<Schema> {
  const { about, source, settings: schema } = own;
  const viewsOf = (settings: z.infer<Schema>) => own.views?.(settings) ?? [];
  return {
    about,
    source,
    settings: schema,
    name: schema.shape.name.value,
    needs: ['classes', 'encoder'],
    samples: 'images',
    labels: 'some',
    conflict: (settings, pipeline) =>
      own.conflict?.(settings, pipeline) ?? noUnlabelledImages(pipeline.training),
    build({ settings, network, seed, frames, classes, batch, training }) {
      const { labelled, unlabelled, labelsFirst } = training;
      const sizes = { labelled, unlabelled, frames, classes, batch, labelsFirst };
      return fewLabelsProgram(sampleReader(network, classes), seed, sizes, training, {
        weights: own.weights(settings),
        inputs: own.inputs?.(settings, sizes) ?? {},
        views: viewsOf(settings).map(({ name }) => name),
        noise: Number((settings as { noise?: number }).noise ?? 0),
        prepare: (look) => own.prepare?.(look, settings) ?? {},
        losses: (look, prepared) => own.losses(look, settings, prepared),
      });
    },
    batches({ settings, data, seed, training }) {
      const { labelled, unlabelled, labelsFirst, augmentation } = training;
      const { sharesFlip } = own;
      const sizes = { labelled, unlabelled, labelsFirst, views: viewsOf(settings), sharesFlip };
      return classifierBatches(new LabelledBatches(data, sizes, seed, augmentation), training, {
        rampOf: own.ramp,
        further: (step) => own.draw?.(settings, sizes, Random.for(seed, `method/${step}`)) ?? {},
      });
    },
    validate: validateAnswers,
  };
}
