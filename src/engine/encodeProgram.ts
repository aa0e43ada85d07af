import { ForeframeError } from '../common/errors.js';
import { required } from '../common/required.js';
import type { VideoModel } from '../models/videoModel.js';
import tf, { type Tensor, type Tensor5D } from '../tensorflow/backend/tf.js';
import type { Entry, InputSpec, Named, ProgramSpec } from '../tensorflow/spec/program.js';
import { type StretchKind, stretchesOf } from './stretches.js';

/** How a map `[height, width, channels]` is pooled: not at all, or to one number per channel. */
export type Pool = 'none' | 'mean' | 'max';

/** Which activations are taken. */
export interface EncodeSettings {
  /** Layers by the names of the model's `latents`; all by default. */
  readonly layers?: readonly string[];
  /** Times in a clip, from 1, ascending. */
  readonly times: readonly number[];
  readonly pool: Pool;
  /** Encode single frames with only the encoder, even where the network watches clips. */
  readonly framewise?: boolean;
  /** Frames of a clip that are watched at once, at most; see `stretchesOf`. */
  readonly longest?: number;
}

/** How the inputs and outputs that carry what a model remembers begin. */
export const MEMORY = 'memory.';

/**
 * The program that looks into a model: `encode` takes clips `[batch, last time, h, w, c]` uint8, watches each from an empty
 * memory and gives the layers, `[batch, times, …]`. What comes after the last time cannot change them, so it is not watched.
 * Long clips are watched in stretches (see `stretchesOf`), each kind of which has an entry: it takes the memory of the stretch
 * before, but for the first, and gives the memory after it beside the layers.
 */
export function encodeProgram(model: VideoModel, batch: number, settings: EncodeSettings): ProgramSpec {
  const stretches = stretchesOf(settings.times, settings.longest);
  const kinds = new Map(stretches.map(({ kind }) => [kind.entry, kind]));
  const goesOn = stretches.length > 1;
  // A model without memory skips frames whose activations are not needed.
  const useful = [...kinds].filter(([, { times }]) => times.length > 0 || hasMemory(model));
  const entries = useful.map(
    ([name, kind]) => [name, stretchEntry(model, batch, kind, settings, goesOn)] as const,
  );
  return { variables: model.parameters(0), entries: Object.fromEntries(entries) };
}

function stretchEntry(
  model: VideoModel,
  batch: number,
  { first, frames: length, times }: StretchKind,
  { layers, pool }: EncodeSettings,
  goesOn: boolean,
): Entry {
  const { height, width, channels } = model.frame;
  const memory = first ? {} : memoryInputs(model, batch);
  return {
    inputs: { clips: { shape: [batch, length, height, width, channels], dtype: 'uint8' }, ...memory },
    run: (fed, { variables }) => {
      const frames = tf.div(required(fed, 'clips'), 255) as Tensor5D;
      const start = first ? model.initialState(batch) : memoryIn(fed);
      const { latents, state } = model.watch(variables, frames, start);
      const outputs: Named<Tensor> = {};
      if (times.length > 0)
        for (const name of layers ?? Object.keys(latents))
          outputs[name] = pooled(atTimes(layerOf(latents, name), times), pool);
      if (goesOn) for (const [name, tensor] of Object.entries(state)) outputs[MEMORY + name] = tensor;
      return outputs;
    },
  };
}

/** What a model remembers, out of the inputs that carry it. */
export function memoryIn(fed: Named<Tensor>): Named<Tensor> {
  return Object.fromEntries(
    Object.entries(fed).flatMap(([name, tensor]) =>
      name.startsWith(MEMORY) ? [[name.slice(MEMORY.length), tensor]] : [],
    ),
  );
}

/** The inputs that carry what a model remembers. */
export function memoryInputs(model: VideoModel, batch: number): Named<InputSpec> {
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(model.initialState(batch)).map(([name, { shape }]) => [
        MEMORY + name,
        { shape, dtype: 'float32' as const },
      ]),
    ),
  );
}

function hasMemory(model: VideoModel): boolean {
  return tf.tidy(() => Object.keys(model.initialState(1)).length > 0);
}

/** @throws ForeframeError when there is no such layer */
export function layerOf(latents: Named<Tensor>, name: string): Tensor {
  const layer = latents[name];
  if (!layer) throw new ForeframeError(`no layer ${name}: the model has ${Object.keys(latents).join(', ')}`);
  return layer;
}

/** Some times of `[batch, time, …]`. */
function atTimes(layer: Tensor, times: readonly number[]): Tensor {
  const [batch, length, ...rest] = layer.shape;
  if (times.length === length) return layer;
  const parts = times.map((time) =>
    tf.slice(layer, [0, time - 1, ...rest.map(() => 0)], [batch, 1, ...rest]),
  );
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
}

/** Maps `[batch, time, height, width, channels]` become `[batch, time, channels]`; vectors stay. */
export function pooled(layer: Tensor, pool: Pool): Tensor {
  if (pool === 'none' || layer.rank !== 5) return layer;
  return pool === 'mean' ? tf.mean(layer, [2, 3]) : tf.max(layer, [2, 3]);
}
