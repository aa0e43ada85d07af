import type { z } from 'zod';
import { LabelledBatches, type LabelledBatchSizes } from '../../samples/labelledBatches.js';
import { changesSamples } from '../../views/index.js';
import type {
  Conflict,
  MethodCard,
  MethodSchema,
  Needed,
  SampleBuild,
  SampleMethod,
  SamplePipeline,
  SampleTraining,
} from '../method.js';
import type { NrmStepSettings } from '../parts/classifierStep.js';
import { noUnlabelledImages } from '../parts/unlabelledImages.js';
import { nrmProgram } from '../rendering/nrmProgram.js';
import {
  ANSWER_TERMS,
  type NrmObjectivesConfig,
  nrmObjectivesConfig,
  UNSUPERVISED,
  UNSUPERVISED_OF_CLIPS,
} from '../settings/nrmObjectives.js';
import { classifierBatches, validateAnswers } from './classifierRun.js';
import { clipClassifierProgram } from './clipClassifierProgram.js';
import { clipClassifierOf } from './sampleReader.js';

/** A way to learn classes from few labels: weighted losses of a network's answers. Everything else is shared. */
export interface AnswersMethod<Schema extends MethodSchema>
  extends Omit<MethodCard<Schema>, 'name' | 'needs'> {
  readonly needs?: readonly Needed[];
  /** Weights of its losses; one that is left out is not computed. Cross-entropy on labelled samples has 1. */
  objectives(settings: z.infer<Schema>): z.input<typeof nrmObjectivesConfig>;
  /** What else its step needs to know. */
  step?(settings: z.infer<Schema>): Partial<NrmStepSettings>;
  conflict?(settings: z.infer<Schema>, pipeline: SamplePipeline): Conflict | undefined;
}

/** Which network learns: one with classes of its own, or any encoder with a linear classifier on its features. */
export function answersMethod<Schema extends MethodSchema>(own: AnswersMethod<Schema>): SampleMethod<Schema> {
  type Settings = z.infer<Schema>;
  const weights = (settings: Settings) => nrmObjectivesConfig.parse(own.objectives(settings));
  return {
    ...own,
    name: own.settings.shape.name.value,
    needs: own.needs ?? ['classes', 'encoder'],
    samples: 'images',
    labels: 'some',
    conflict: (settings, pipeline) =>
      own.conflict?.(settings, pipeline) ?? conflictOf(weights(settings), pipeline),
    build: (build) =>
      programOf(build, weights(build.settings), sizesOf(weights(build.settings), build.training), {
        inputNoise: Number((build.settings as { noise?: number }).noise ?? 0),
        ...own.step?.(build.settings),
      }),
    batches({ settings, data, seed, training }) {
      const sizes = sizesOf(weights(settings), training);
      return classifierBatches(new LabelledBatches(data, sizes, seed, training.augmentation), training);
    },
    validate: validateAnswers,
  };
}

/** Sizes of a step: a method that learns from labels only is fed no other images. */
function sizesOf(
  objectives: NrmObjectivesConfig,
  { labelled, unlabelled, augmentation, labelsFirst }: SampleTraining,
): LabelledBatchSizes {
  const looks = [...UNSUPERVISED, ...UNSUPERVISED_OF_CLIPS].some((name) => objectives[name] > 0);
  if (!looks) return { labelled, unlabelled: 0 };
  const teacherView = objectives.consistency > 0 && changesSamples(augmentation);
  return { labelled, unlabelled, teacherView, labelsFirst };
}

function programOf<Settings>(
  { network, frames, classes, seed, batch, training }: SampleBuild<Settings>,
  objectives: NrmObjectivesConfig,
  steps: LabelledBatchSizes,
  how: Partial<NrmStepSettings>,
) {
  const { optimizer, clipNorm } = training;
  const settings: NrmStepSettings = { objectives, optimizer, clipNorm, ...how };
  const sizes = { ...steps, batch };
  const { renderer } = network;
  if (renderer) return nrmProgram(renderer, seed, sizes, settings);
  return clipClassifierProgram(clipClassifierOf(network, classes), seed, { ...sizes, frames }, settings);
}

function conflictOf(
  objectives: NrmObjectivesConfig,
  { model, offers, data, training }: SamplePipeline,
): Conflict | undefined {
  const at = (...path: string[]) => ({ path });
  const { clips } = data;
  const none = noUnlabelledImages(training);
  if (none && (objectives.pseudoLabel > 0 || objectives.classBalance > 0)) return none;
  if (!clips && objectives.prediction > 0)
    return {
      ...at('method', 'objectives', 'prediction'),
      message: 'images have no next frame: this needs a dataset of clips',
    };
  if (clips?.frames === 1 && objectives.prediction > 0)
    return {
      ...at('data', 'clips', 'frames'),
      message:
        'a clip of one frame has no next frame: set it to 2 or more, or method.objectives.prediction to 0',
    };
  if (objectives.virtualAdversarial > 0 && clips)
    return {
      ...at('method', 'objectives', 'virtualAdversarial'),
      message: 'this is a loss of images, not of clips: leave it out',
    };
  const answersOnly = UNSUPERVISED_OF_CLIPS.every(
    (name) => objectives[name] === 0 || ANSWER_TERMS.some((known) => known === name),
  );
  if (!offers.includes('rendering') && !(answersOnly && objectives.virtualAdversarial === 0))
    return {
      ...at('method', 'objectives'),
      message: `${model.name} renders nothing; it knows ${ANSWER_TERMS.join(', ')}: leave out the others`,
    };
  return undefined;
}
