import { clipMethods } from '../methods/index.js';
import { type PipelineConfig, pipelineConfig } from './config.js';
import type { PipelineKind } from './pipelineKind.js';
import { type SampleConfig, sampleConfig } from './sampleConfig.js';

/** A whole experiment, whatever it learns from: its method says which of the two it is. */
export type Config = PipelineConfig | SampleConfig;

/** What checks the pipelines of each kind. */
export const schemas = { clips: pipelineConfig, images: sampleConfig } as const satisfies Record<
  PipelineKind,
  object
>;

/** Whether a pipeline learns from the clips of videos; the others learn from sets of images or short clips. */
export function isOfClips(config: Config): config is PipelineConfig {
  return clipMethods.some(({ name }) => name === config.method.name);
}

/** The command that trains it, for messages: `classify` is another name of `train`. */
export function commandOf(config: Config): string {
  return isOfClips(config) ? 'foreframe train' : 'foreframe classify';
}
