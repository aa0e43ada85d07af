import { required } from '../../common/required.js';
import tf, { type Scalar, type Tensor5D } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry, ProgramSpec } from '../../tensorflow/spec/program.js';
import { Aside } from '../parts/aside.js';
import type { NrmProgramSizes, NrmStepSettings } from '../parts/classifierStep.js';
import type { ClipTerms } from '../parts/clipBatch.js';
import { followBatch } from '../parts/movingStatistics.js';
import { followStudent, teacherOf, trainedNames, withTeacher } from '../parts/teacher.js';
import { trainEntries } from '../parts/trainEntries.js';
import { UNSUPERVISED_OF_CLIPS } from '../settings/nrmObjectives.js';
import { evaluateEntry, samplesInput, stepInputs } from './classifierEntries.js';
import type { ClipClassifier } from './clipClassifier.js';

/** Sizes of `nrmProgram`, of clips. */
export interface ClipProgramSizes extends NrmProgramSizes {
  /** Frames of a clip. */
  readonly frames: number;
}

/**
 * The entry points of a classifier of clips, uint8 throughout: as `nrmProgram`, with
 * `[n, frames, h, w, c]` for images.
 * - `train` and `trainLabels`: see `nrmTrainEntry`; the losses are the classifier's own
 * - `evaluate`: images `[batch, frames, h, w, c]` → logits and teacherLogits `[batch, classes]` after the last frame
 */
export function clipClassifierProgram(
  model: ClipClassifier,
  seed: number,
  sizes: ClipProgramSizes,
  settings: NrmStepSettings,
): ProgramSpec {
  return {
    variables: withTeacher(model.parameters(seed)),
    entries: {
      ...trainEntries((own, how) => trainEntry(model, own, how), sizes, settings),
      evaluate: evaluateEntry(model, sizes),
    },
    seed,
  };
}

function trainEntry(model: ClipClassifier, sizes: ClipProgramSizes, settings: NrmStepSettings): Entry {
  const { objectives, optimizer, clipNorm, inputNoise = 0, cleanTeacher } = settings;
  const { pseudoLabelThreshold, rendered } = settings;
  const { labelled, unlabelled, teacherView = false } = sizes;
  const weighs = UNSUPERVISED_OF_CLIPS.filter((name) => objectives[name] > 0);
  const readsAll = unlabelled > 0 && weighs.length > 0;
  return entryOf(
    {
      ...stepInputs(model, sizes),
      ...(unlabelled > 0 && { unlabelled: samplesInput(model, sizes, unlabelled) }),
      ...(teacherView && { teacherView: samplesInput(model, sizes, labelled + unlabelled) }),
    },
    (inputs, step) => {
      const all = readsAll && inputs.unlabelled && tf.concat([inputs.labelled, inputs.unlabelled], 0);
      const clean = tf.div<Tensor5D>(all || inputs.labelled, 255);
      const noisy = (x: Tensor5D): Tensor5D =>
        inputNoise > 0 ? tf.add(x, tf.mul(step.randomNormal(x.shape), inputNoise)) : x;
      const clips = noisy(clean);
      const reading = {
        training: true,
        randomUniform: (shape: readonly number[]) => step.randomUniform(shape),
      };
      const readTeacher = () => {
        const shown = inputs.teacherView ? tf.div<Tensor5D>(inputs.teacherView, 255) : clean;
        const [view, how] = cleanTeacher ? [shown, { ...reading, keepAll: true }] : [noisy(shown), reading];
        return model.answers(teacherOf(step.variables), view, how);
      };
      const teacher = objectives.consistency > 0 ? readTeacher() : undefined;
      const measured = new Aside();
      const statistics = new Aside();
      const loss = () => {
        const options = { ...reading, pseudoLabelThreshold, rendered };
        const batch = { clips, clean, labels: inputs.labels, teacher };
        const { terms, statistics: followed } = model.losses(step.variables, batch, objectives, options);
        for (const [name, value] of Object.entries(terms)) measured.keep(name, value);
        for (const [name, value] of Object.entries(followed)) statistics.keep(name, value);
        return weighted(terms, objectives, inputs.ramp);
      };
      const variables = trainedNames(step.variables, model.statistics);
      const { learningRate } = inputs;
      const moved = step.minimize(loss, { optimizer, clipNorm, learningRate, variables });
      followBatch(step, statistics.take(), inputs.statisticsDecay);
      followStudent(step, inputs.teacherDecay);
      return { ...moved, ...measured.take() };
    },
  );
}

/** Σ of the losses, each by its weight; all but cross-entropy by the ramp, too. */
function weighted(terms: ClipTerms, objectives: NrmStepSettings['objectives'], ramp: Scalar): Scalar {
  const supervised = tf.mul<Scalar>(required(terms, 'crossEntropy'), objectives.crossEntropy);
  const unsupervised = UNSUPERVISED_OF_CLIPS.flatMap((name) => {
    const term = terms[name];
    return term ? [tf.mul<Scalar>(term, objectives[name])] : [];
  });
  if (unsupervised.length === 0) return supervised;
  return tf.add(supervised, tf.mul<Scalar>(tf.addN(unsupervised), ramp));
}
