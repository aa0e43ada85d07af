import type { Entry } from '../../tensorflow/spec/program.js';
import { nrmObjectivesConfig } from '../settings/nrmObjectives.js';
import type { NrmProgramSizes, NrmStepSettings } from './classifierStep.js';

/**
 * The training steps of a classifier, as `make` builds them: `train` and, where training begins with labels only, `trainLabels`.
 * `trainLabels` has the supervised loss only. It updates the same variables with the same optimizer state.
 */
export function trainEntries<Sizes extends NrmProgramSizes>(
  make: (sizes: Sizes, settings: NrmStepSettings) => Entry,
  sizes: Sizes,
  settings: NrmStepSettings,
): Record<string, Entry> {
  const train = make(sizes, settings);
  if (!sizes.labelsFirst) return { train };
  const { crossEntropy } = settings.objectives;
  const alone = { ...settings, objectives: nrmObjectivesConfig.parse({ crossEntropy }) };
  return { train, trainLabels: make({ ...sizes, unlabelled: 0, teacherView: false }, alone) };
}
