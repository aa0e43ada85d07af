import { type ClipMethodSettings, clipMethodOf } from '../methods/index.js';
import { advanceEntry } from '../methods/prediction/advanceEntry.js';
import type { VideoProgramSizes } from '../methods/prediction/clipFrames.js';
import { evaluateEntry } from '../methods/prediction/evaluateEntry.js';
import { measureEntry } from '../methods/prediction/measureEntry.js';
import type { StepOptimizer } from '../methods/settings/optimizer.js';
import type { VideoModel } from '../models/videoModel.js';
import type { ProgramSpec } from '../tensorflow/spec/program.js';

/** How a step of a clip method is made. */
export interface ClipStepSettings extends StepOptimizer {
  /** To expect the next frame, by default. */
  readonly method?: ClipMethodSettings;
}

const NEXT_FRAME: ClipMethodSettings = { name: 'next-frame', predict: 'every', rollout: 0 };

/**
 * The entry points of a next-frame model:
 * - `train`: clips `[batch, steps + 1, h, w, c]` uint8 and learning rates → loss, gradientNorm and what else the method logs; what
 *   the method adds is among the variables
 * - `evaluate`: clips → squared errors of the model and of the baselines, for validation: see `evaluateEntry`
 * - `measure`: a prediction and the true frame → every metric, for the test: see `measureEntry`
 * - `advance`: one frame `[batch, 1, h, w, c]` float32 and the memory → the next frame, limited to [0, 1], and the memory
 */
export function videoProgram(
  model: VideoModel,
  seed: number,
  sizes: VideoProgramSizes,
  { method: settings = NEXT_FRAME, ...training }: ClipStepSettings,
): ProgramSpec {
  const method = clipMethodOf(settings);
  const { variables, train } = method.build({ settings, model, seed, sizes, training });
  return {
    variables: { ...model.parameters(seed), ...variables },
    entries: {
      train,
      evaluate: evaluateEntry(model, sizes),
      advance: advanceEntry(model, sizes.batch),
      measure: measureEntry(model.frame, sizes.batch),
    },
  };
}

/** The program that predicts alone, for running a trained model on one stream of frames. */
export function predictProgram(model: VideoModel, batch: number): ProgramSpec {
  return { variables: model.parameters(0), entries: { advance: advanceEntry(model, batch) } };
}
