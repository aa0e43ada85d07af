import type { z } from 'zod';
import { Random } from '../../common/random.js';
import { LabelledBatches, type UnlabelledView } from '../../samples/labelledBatches.js';
import type { Scalar, Tensor } from '../../tensorflow/backend/tf.js';
import type { Feed, InputSpec, Named } from '../../tensorflow/spec/program.js';
import type {
  Conflict,
  MethodCard,
  MethodSchema,
  Needed,
  SampleBuild,
  SampleMethod,
  SamplePipeline,
} from '../method.js';
import type { rampFactor } from '../parts/ramp.js';
import { noUnlabelledImages } from '../parts/unlabelledImages.js';
import { classifierBatches, validateAnswers } from './classifierRun.js';
import { fewLabelsProgram, type Losses, type OwnVariables } from './fewLabelsProgram.js';
import type { Look } from './look.js';
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
  /** `classes` or `encoder` by default. */
  readonly needs?: readonly Needed[];
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
  /** What it has beside the network's weights: answers of the past, a bank of features. */
  own?(settings: z.infer<Schema>, about: OwnSizes): OwnVariables;
  /** Whether it is fed `places`, `[unlabelled]` int32: which of all training samples the unlabelled ones are. */
  readonly places?: boolean;
  /** Constants for its losses: nothing that they depend on gets a gradient. */
  prepare?(look: Look, settings: z.infer<Schema>): Named<Tensor>;
  /** Its losses without their weights. One reading `follows`. */
  losses(look: Look, settings: z.infer<Schema>, prepared: Named<Tensor>): Losses;
  /** What a network of its own learns by that is trained against the classifier, after the classifier's step. */
  opposes?(look: Look, settings: z.infer<Schema>): Scalar;
  /** New values of variables that it keeps, after the step, from what its losses noted. */
  remember?(look: Look, settings: z.infer<Schema>, noted: Named<Tensor>): Named<Tensor>;
  conflict?(settings: z.infer<Schema>, pipeline: SamplePipeline): Conflict | undefined;
}

/** What the first values of a method's own variables follow from. */
export type OwnSizes = Pick<SampleBuild<unknown>, 'network' | 'image' | 'samples' | 'classes' | 'seed'>;

export function fewLabelsMethod<Schema extends MethodSchema>(
  own: FewLabelsMethod<Schema>,
): SampleMethod<Schema> {
  const { about, source, settings: schema } = own;
  const viewsOf = (settings: z.infer<Schema>) => own.views?.(settings) ?? [];
  const { opposes } = own;
  return {
    about,
    source,
    settings: schema,
    name: schema.shape.name.value,
    needs: own.needs ?? ['classes', 'encoder'],
    samples: 'images',
    labels: 'some',
    conflict: (settings, pipeline) =>
      own.conflict?.(settings, pipeline) ?? noUnlabelledImages(pipeline.training),
    build(build) {
      const { settings, network, seed, frames, classes, batch, training } = build;
      const { labelled, unlabelled, labelsFirst } = training;
      const sizes = { labelled, unlabelled, frames, classes, batch, labelsFirst };
      return fewLabelsProgram(sampleReader(network, classes), seed, sizes, training, {
        weights: own.weights(settings),
        inputs: {
          ...own.inputs?.(settings, sizes),
          ...(own.places && { places: { shape: [unlabelled], dtype: 'int32' } }),
        },
        own: own.own?.(settings, build) ?? {},
        views: viewsOf(settings).map(({ name }) => name),
        noise: Number((settings as { noise?: number }).noise ?? 0),
        prepare: (look) => own.prepare?.(look, settings) ?? {},
        losses: (look, prepared) => own.losses(look, settings, prepared),
        ...(opposes && { opposes: (look) => opposes(look, settings) }),
        remember: (look, noted) => own.remember?.(look, settings, noted) ?? {},
      });
    },
    batches({ settings, data, seed, training }) {
      const { labelled, unlabelled, labelsFirst, augmentation } = training;
      const { sharesFlip, places } = own;
      const sizes = { labelled, unlabelled, labelsFirst, views: viewsOf(settings), sharesFlip, places };
      return classifierBatches(new LabelledBatches(data, sizes, seed, augmentation), training, {
        rampOf: own.ramp,
        further: (step) => own.draw?.(settings, sizes, Random.for(seed, `method/${step}`)) ?? {},
      });
    },
    validate: validateAnswers,
  };
}
