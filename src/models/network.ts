import { z } from 'zod';
import { autoencoderModel } from './autoencoder.js';
import { convLstmModel } from './convLstm.js';
import { convLstmClassifierModel } from './convLstmClassifier.js';
import { dynamicNrmEntry } from './dynamicNrm/dynamicNrmEntry.js';
import { frameStackModel } from './frameStack.js';
import { airbenchModel } from './images/airbench.js';
import { cnnModel } from './images/cnn.js';
import { convLargeModel } from './images/convLarge.js';
import { mlpModel } from './images/mlp.js';
import { resnetModel } from './images/resnet.js';
import type { ModelEntry, Network } from './modelEntry.js';
import { nrmModel } from './nrm/nrmModel.js';
import { pgnModel } from './pgn.js';
import type { ModelConfig } from './predictors.js';
import type { FrameShape } from './videoModel.js';

export { CAPABILITIES, type Capability, type ModelEntry, type Network } from './modelEntry.js';

/** All models, by the `name` in their settings. What each offers can be read without building it. */
export const models = {
  pgn: pgnModel,
  autoencoder: autoencoderModel,
  'conv-lstm': convLstmModel,
  'frame-stack': frameStackModel,
  'dynamic-nrm': dynamicNrmEntry,
  nrm: nrmModel,
  'conv-lstm-classifier': convLstmClassifierModel,
  cnn: cnnModel,
  resnet: resnetModel,
  mlp: mlpModel,
  'conv-large': convLargeModel,
  airbench: airbenchModel,
} as const;

export type ModelName = keyof typeof models;

/** Settings of any model; `name` says which. */
export type AnyModelConfig = z.output<(typeof models)[ModelName]['schema']>;

const entries: readonly ModelEntry[] = Object.values(models);

/** Checks settings of any model: `model: { name, … }` of a pipeline. */
export const modelConfig = unionOf<AnyModelConfig>(entries.map(({ schema }) => schema));
/** Checks those of a model that is to expect the next frame. */
export const predictorConfig = unionOf<ModelConfig>(
  entries
    .filter(({ offers }) => offers.includes('next-frame'))
    .map(({ predictingSchema, schema }) => predictingSchema ?? schema),
);

function unionOf<Settings>(schemas: readonly z.ZodType[]): z.ZodType<Settings> {
  const [first, ...others] = schemas as z.ZodObject[];
  return z.discriminatedUnion('name', [first!, ...others]) as unknown as z.ZodType<Settings>;
}

/** A model with any settings. TypeScript checks the settings of each model against its schema where that is defined. */
interface AnyEntry {
  create(config: AnyModelConfig, frame: FrameShape): Network;
  drawsChanges?(config: AnyModelConfig): boolean;
}

/** The network that `config` describes, for frames of one size. @throws UsageError when the frames are too small for it */
export function createNetwork(config: AnyModelConfig, frame: FrameShape): Network {
  const entry: AnyEntry = models[config.name];
  return entry.create(config, frame);
}

/** Whether a model adds what it draws to the last frame seen: drawing nothing, it gives that frame back. */
export function drawsChanges(config: AnyModelConfig): boolean {
  const entry: AnyEntry = models[config.name];
  return entry.drawsChanges?.(config) ?? false;
}
