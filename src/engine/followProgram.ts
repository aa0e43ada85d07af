import { required } from '../common/required.js';
import type { VideoModel } from '../models/videoModel.js';
import tf, { type Tensor, type Tensor5D } from '../tensorflow/backend/tf.js';
import type { Named, ProgramSpec } from '../tensorflow/spec/program.js';
import { layerOf, MEMORY, memoryIn, memoryInputs, type Pool, pooled } from './encodeProgram.js';

/** How a video is followed. */
export interface FollowSettings {
  /** Layers by the names of the model's `latents`. */
  readonly layers: readonly string[];
  readonly pool: Pool;
  /** Frames that are watched at once. */
  readonly frames: number;
  /** Whether the model expects the next frame: its errors are then measured. */
  readonly expects: boolean;
  /** Encode single frames with only the encoder, even where the network watches clips. */
  readonly framewise?: boolean;
}

/** The input and output that carries the frame that is expected next. */
export const EXPECTED = 'expected';
/** The output that holds the squared error of what was expected of each frame. */
export const SQUARED_ERROR = 'squaredError';

/**
 * The program that follows one video of any length: `follow` takes the next frames `[1, frames, h, w, c]` uint8, the memory after those
 * before (zeros at the start) and, where the model expects frames, the one that it expects first, `[1, 1, h, w, c]`. It gives the
 * layers at each frame, `[1, frames, …]`, memory and expected frame after the last, and the squared error of the frame that was
 * expected at each, `[1, frames]`: the mean over its values, limited to [0, 1]. That of a video's first frame means nothing.
 */
export function followProgram(model: VideoModel, settings: FollowSettings): ProgramSpec {
  const { frames: count, layers, pool, expects } = settings;
  const { height, width, channels } = model.frame;
  const expected = { shape: [1, 1, height, width, channels], dtype: 'float32' } as const;
  return {
    variables: model.parameters(0),
    entries: {
      follow: {
        inputs: {
          clips: { shape: [1, count, height, width, channels], dtype: 'uint8' },
          ...memoryInputs(model, 1),
          ...(expects && { [EXPECTED]: expected }),
        },
        run: (fed, { variables }) => {
          const before = fed[EXPECTED];
          const frames = tf.div(required(fed, 'clips'), 255) as Tensor5D;
          const { latents, state, prediction } = model.watch(variables, frames, memoryIn(fed));
          const outputs: Named<Tensor> = {};
          for (const name of layers) outputs[name] = pooled(layerOf(latents, name), pool);
          for (const [name, tensor] of Object.entries(state)) outputs[MEMORY + name] = tensor;
          if (!before) return outputs;
          const [shown, last] = tf.split(prediction, [count - 1, 1], 1) as [Tensor5D, Tensor5D];
          const guesses = tf.clipByValue(tf.concat([before as Tensor5D, shown], 1), 0, 1);
          const error = tf.mean(tf.square(tf.sub(frames, guesses)), [2, 3, 4]);
          return { ...outputs, [EXPECTED]: last, [SQUARED_ERROR]: error };
        },
      },
    },
  };
}
