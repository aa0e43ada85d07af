import type { Encoder, Network, VideoModel } from '../models/index.js';
import tf, { type Tensor, type Tensor4D } from '../tensorflow/backend/tf.js';
import type { Named } from '../tensorflow/spec/program.js';

/** What watches clips in a network: what expects the next frame or, where nothing does, its encoder, frame by frame. */
export function watching(
  { name, predictor, encoder }: Network,
  { framewise = false }: { readonly framewise?: boolean } = {},
): VideoModel {
  if (encoder && (framewise || !predictor)) return frameByFrame(encoder);
  if (predictor) return predictor;
  throw new RangeError(`${name} has no layers to look at`);
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
