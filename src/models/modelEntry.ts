import type { z } from 'zod';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import type { ClipModel } from './clipModel.js';
import type { DynamicNrm } from './dynamicNrm/index.js';
import type { Encoder } from './encoder.js';
import type { Nrm } from './nrm/index.js';
import type { FrameShape, VideoModel } from './videoModel.js';

/** What a model may offer to a method; see `Network` for each part. */
export const CAPABILITIES = [
  'encoder',
  'next-frame',
  'classes',
  'rendering',
  'memory',
  'noisy-layers',
] as const;

/**
 * - `encoder`: features of single images, and layers below them (`Network.encoder`)
 * - `next-frame`: expects the next frame of a clip (`Network.predictor`)
 * - `classes`: its own answers, by a classifier or by templates (`Network.classes`)
 * - `rendering`: draws images from its classes (`Network.renderer`, `Network.dynamicRenderer`)
 * - `noisy-layers`: layers that take noise between normalisation and nonlinearity (`Encoder.rungs`)
 * - `memory`: what it makes of a frame depends on the frames before
 */
export type Capability = (typeof CAPABILITIES)[number];

/** A model built for frames of one size, with what it offers. All parts share the model's parameters, under the same names. */
export interface Network {
  readonly name: string;
  readonly image: FrameShape;
  /** Names among the parameters that follow the data and are not trained. */
  readonly statistics: readonly string[];
  /** All parameters of the model before training, by name. */
  parameters(seed: number): Named<HostArray>;
  /** Its parameters are some of the network's, under the same names. */
  readonly encoder?: Encoder;
  /** Expects the next frame. */
  readonly predictor?: VideoModel;
  /** Reads and draws images. */
  readonly renderer?: Nrm;
  /** Reads and draws the frames of clips. */
  readonly dynamicRenderer?: DynamicNrm;
  /** Answers after each frame of a clip. */
  readonly clipClassifier?: ClipModel;
  /** How many classes it has templates of, or a classifier for. */
  readonly classes?: number;
}

/** The description of a model before it is built: an entry of the registry (`network.ts`). */
export interface ModelEntry<
  S extends z.ZodType<{ readonly name: string }> = z.ZodType<{ readonly name: string }>,
> {
  /** What it is, in one line. */
  readonly summary: string;
  /** Where it was published, or who designed it. */
  readonly source: string;
  /** Its settings; `name` is the model's. */
  readonly schema: S;
  readonly offers: readonly Capability[];
  /** Those of its settings with which it can learn to expect the next frame, where not all can. */
  readonly predictingSchema?: z.ZodType<z.output<S>>;
  /** @throws UsageError when the frames are too small for it, naming the key to change */
  create(config: z.output<S>, frame: FrameShape): Network;
  /** Whether it adds what it draws to the last frame seen: drawing nothing, it gives that frame back. False by default. */
  drawsChanges?(config: z.output<S>): boolean;
}

/** An entry, checked against its schema. */
export function modelEntry<S extends z.ZodType<{ readonly name: string }>>(
  entry: ModelEntry<S>,
): ModelEntry<S> {
  return entry;
}

/** A network that expects the next frame, and has an encoder. */
export function predictingNetwork(predictor: VideoModel, encoder: Encoder): Network {
  return {
    name: predictor.name,
    image: predictor.frame,
    statistics: [],
    parameters: (seed) => predictor.parameters(seed),
    encoder,
    predictor,
  };
}

/** A network that is an encoder and nothing else: what it learns from, a method has to add. */
export function encodingNetwork(encoder: Encoder): Network {
  const { name, image, statistics } = encoder;
  return { name, image, statistics, parameters: (seed) => encoder.parameters(seed), encoder };
}
