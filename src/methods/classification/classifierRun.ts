import { imagesSeen, type LabelledBatches } from '../../samples/labelledBatches.js';
import type { Feed, Named } from '../../tensorflow/spec/program.js';
import type { SampleBatches, SampleMethod, SampleTraining } from '../method.js';
import { decayAfter, STATISTICS_DECAY } from '../parts/movingStatistics.js';
import { rampFactor } from '../parts/ramp.js';
import { answersOf } from './answers.js';

/**
 * Batches of a classifier with what its step is fed beside them: the ramp of its unsupervised losses, and how much of themselves
 * the teacher and the moving statistics keep.
 * @param further what else step n takes, once it learns from more than labels
 */
export function classifierBatches(
  batches: LabelledBatches,
  { ramp, teacherDecay }: SampleTraining,
  {
    rampOf = rampFactor,
    further,
  }: {
    readonly rampOf?: typeof rampFactor | undefined;
    readonly further?: ((step: number) => Named<Feed>) | undefined;
  } = {},
): SampleBatches {
  const { labelsFirst = 0 } = batches.sizes;
  return {
    seen: (steps) => imagesSeen(batches.sizes, steps),
    batch(step) {
      const logs = { ramp: rampOf(step - labelsFirst, ramp), teacherDecay: decayAfter(step, teacherDecay) };
      const statisticsDecay = decayAfter(step, STATISTICS_DECAY);
      const early = step < labelsFirst;
      const feeds = { ...batches.batch(step), ...(!early && further?.(step)), ...logs, statisticsDecay };
      return { entry: early ? 'trainLabels' : 'train', feeds, logs };
    },
  };
}

/** Wrong answers of both networks. */
export const validateAnswers: SampleMethod['validate'] = async (runner, set, { classes, network }) => {
  const { student, teacher } = await answersOf(runner, set, classes);
  const errors = { student: student.error, teacher: teacher.error };
  return {
    error: errors[network],
    figures: { validationStudent: student.error, validationTeacher: teacher.error },
    text: `validation error ${student.error.toFixed(2)} %, of the teacher ${teacher.error.toFixed(2)} %`,
  };
};
