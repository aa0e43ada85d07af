import { required } from '../../common/required.js';
import {
  downwardNames,
  type LayerInference,
  type Nrm,
  type Rendering,
  statisticsName,
} from '../../models/nrm/index.js';
import { movingAverage } from '../../objectives/answers/consistency.js';
import type { Tensor } from '../../tensorflow/backend/tf.js';
import type { Named, Step } from '../../tensorflow/spec/program.js';

/** How slowly moving statistics follow the batches, after the first ones. */
export const STATISTICS_DECAY = 0.99;

/**
 * Share of itself that a moving average keeps after `step` steps. At first it is the mean of all so far: one that starts at random
 * weights would long be held back by them, and a variance of what is drawn faintly by the 1 that it starts with.
 */
export function decayAfter(step: number, decay: number): number {
  return Math.min(decay, 1 - 1 / (step + 1));
}

/** Move statistics, by name, toward those of this batch. */
export function followBatch(step: Step, batch: Named<Tensor>, decay: Tensor) {
  for (const [name, value] of Object.entries(batch))
    step.assign(name, movingAverage(required(step.variables, name), value, decay));
}

/** Moments of a batch on its way up by the names of the statistics that follow them. */
export function upwardMoments(
  model: Nrm,
  layers: readonly LayerInference[],
  branch: 'max' | 'min',
): [name: string, value: Tensor][] {
  return layers.flatMap(({ moments }, index) =>
    moments ? namedMoments(statisticsName(model.layers[index]!, branch), moments) : [],
  );
}

/** The same of what was normalised on the way down. */
export function downwardMoments(model: Nrm, { drawn }: Rendering): [name: string, value: Tensor][] {
  return downwardNames(model.config, model.layers).flatMap((name, index) =>
    namedMoments(name, drawn[index]!.moments!),
  );
}

function namedMoments(
  name: string,
  { mean, variance }: NonNullable<LayerInference['moments']>,
): [name: string, value: Tensor][] {
  return [
    [`${name}.mean`, mean],
    [`${name}.variance`, variance],
  ];
}
