import {
  downwardNames,
  type LayerInference,
  type Nrm,
  type Rendering,
  statisticsName,
} from '../models/nrm/index.js';
import { movingAverage } from '../objectives/consistency.js';
import type { Named, Step } from '../tensorflow/program.js';
import type { Tensor } from '../tensorflow/tf.js';

/** How slowly moving statistics follow the batches, after the first ones. */
const DECAY = 0.99;

/**
 * Share of themselves that moving statistics keep after `step` steps. At first they are the mean of all batches so far: what is
 * drawn faintly has variances far below the 1 that a statistic starts with, and would wait for a thousand steps to get rid of it.
 */
export function statisticsDecay(step: number): number {
  return Math.min(DECAY, 1 - 1 / (step + 1));
}

/** Moving statistics, by name, take a step toward what they were in this batch. */
export function followBatch(step: Step, batch: Named<Tensor>, decay: Tensor) {
  for (const [name, value] of Object.entries(batch))
    step.assign(name, movingAverage(step.variables[name]!, value, decay));
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
