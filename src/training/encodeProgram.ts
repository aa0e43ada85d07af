import { ForeframeError } from '../common/errors.js';
import type { VideoModel } from '../models/videoModel.js';
import type { Named, ProgramSpec } from '../tensorflow/program.js';
import tf, { type Tensor, type Tensor5D } from '../tensorflow/tf.js';

/** What becomes of a map `[height, width, channels]`: all of it, or one number per channel. */
export type Pool = 'none' | 'mean' | 'max';

/** Which activations are taken. */
export interface EncodeSettings {
  /** Layers by the names of the model's `latents`; all by default. */
  readonly layers?: readonly string[];
  /** Times in a clip, from 1, ascending. */
  readonly times: readonly number[];
  readonly pool: Pool;
}

/**
 * The program that looks into a model: `encode` takes clips `[batch, last time, h, w, c]` uint8, watches each from an empty
 * memory and gives the layers, `[batch, times, …]`. What comes after the last time cannot change them, so it is not watched.
 */
export function encodeProgram(model: VideoModel, batch: number, settings: EncodeSettings): ProgramSpec {
  const { height, width, channels } = model.frame;
  const { times } = settings;
  return {
    variables: model.parameters(0),
    entries: {
      encode: {
        inputs: { clips: { shape: [batch, times.at(-1)!, height, width, channels], dtype: 'uint8' } },
        run: ({ clips }, { variables }) => {
          const frames = tf.div(clips!, 255) as Tensor5D;
          const { latents } = model.watch(variables, frames, model.initialState(batch));
          const outputs: Named<Tensor> = {};
          for (const name of settings.layers ?? Object.keys(latents))
            outputs[name] = pooled(atTimes(layerOf(latents, name), times), settings.pool);
          return outputs;
        },
      },
    },
  };
}

function layerOf(latents: Named<Tensor>, name: string): Tensor {
  const layer = latents[name];
  if (!layer) throw new ForeframeError(`no layer ${name}: the model has ${Object.keys(latents).join(', ')}`);
  return layer;
}

/** Some times of `[batch, time, …]`. */
function atTimes(layer: Tensor, times: readonly number[]): Tensor {
  const [batch, length, ...rest] = layer.shape;
  if (times.length === length) return layer;
  const parts = times.map((time) =>
    tf.slice(layer, [0, time - 1, ...rest.map(() => 0)], [batch!, 1, ...rest]),
  );
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
}

/** Maps `[batch, time, height, width, channels]` become `[batch, time, channels]`; what is no map stays. */
function pooled(layer: Tensor, pool: Pool): Tensor {
  if (pool === 'none' || layer.rank !== 5) return layer;
  return pool === 'mean' ? tf.mean(layer, [2, 3]) : tf.max(layer, [2, 3]);
}
