import { sampleMethodOf } from '../methods/index.js';
import { type AnyModelConfig, type Encoder, models, type Network, type VideoModel } from '../models/index.js';
import tf, { type Tensor, type Tensor4D } from '../tensorflow/backend/tf.js';
import type { Named } from '../tensorflow/spec/program.js';

/**
 * What watches clips in a network: what expects the next frame, what answers after each frame or, where nothing does, its encoder,
 * frame by frame.
 */
export function watching(
  { name, predictor, clipClassifier, encoder }: Network,
  { framewise = false }: { readonly framewise?: boolean } = {},
): VideoModel {
  if (encoder && framewise) return frameByFrame(encoder);
  if (predictor) return predictor;
  if (clipClassifier) return { ...answering(clipClassifier), name };
  if (encoder) return frameByFrame(encoder);
  throw new RangeError(`${name} has no layers to look at`);
}

/** Of a run on images or short clips. */
export interface LearnedSamples {
  readonly model: AnyModelConfig;
  readonly method: { readonly name: string };
  readonly data: { readonly clips?: object };
}

/**
 * Whether a run on images or short clips has trained its network's encoder alone, frame by frame: what it remembers from frame to
 * frame is trained only where the whole network answers for clips.
 */
export function learnedFramewise({ model, method, data }: LearnedSamples): boolean {
  const offers: readonly string[] = models[model.name].offers;
  const remembers = offers.includes('memory') && offers.includes('classes');
  return !(data.clips && remembers && sampleMethodOf(method).labels === 'some');
}

/** A network that only answers; it expects the frame that it sees. */
function answering(model: NonNullable<Network['clipClassifier']>): Omit<VideoModel, 'name'> {
  return {
    frame: model.image,
    parameters: (seed) => model.parameters(seed),
    initialState: (batch) => model.initialState(batch),
    watch: (parameters, frames, state) => ({
      prediction: frames,
      ...model.watch(parameters, frames, state),
    }),
  };
}

/** An encoder as a model without memory; it expects the frame that it sees. */
function frameByFrame(encoder: Encoder): VideoModel {
  return {
    name: encoder.name,
    frame: encoder.image,
    parameters: (seed) => encoder.parameters(seed),
    initialState: () => ({}),
    watch(parameters, frames) {
      const [batch, time, ...image] = frames.shape;
      const { layers, features } = encoder.encode(
        parameters,
        tf.reshape(frames, [batch * time, ...image]) as Tensor4D,
      );
      const latents: Named<Tensor> = {};
      for (const [name, layer] of Object.entries({ ...layers, features }))
        latents[name] = tf.reshape(layer, [batch, time, ...layer.shape.slice(1)]);
      return { prediction: frames, state: {}, latents };
    },
  };
}
