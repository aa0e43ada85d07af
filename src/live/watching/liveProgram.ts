import { advanceEntry } from '../../methods/prediction/advanceEntry.js';
import { predictionStep } from '../../methods/prediction/predictionStep.js';
import { createModel } from '../../models/predictors.js';
import type { ProgramSpec } from '../../tensorflow/spec/program.js';
import type { LiveSettings } from './messages.js';

/** `advance` watches one stream of frames, `train` learns from one clip: see `videoProgram`, of which this is the part for a page. */
export function liveProgram({ model: config, frame, seed, steps, step }: LiveSettings): ProgramSpec {
  const model = createModel(config, frame);
  return {
    variables: model.parameters(seed),
    entries: {
      train: predictionStep(model, { batch: 1, steps }, { ...step, target: 'next' }),
      advance: advanceEntry(model, 1),
    },
  };
}
