import { required } from '../../common/required.js';
import { convolution, convolutionParameters } from '../../nn/convolution.js';
import { constant } from '../../nn/initializers.js';
import { foldPatches, unfoldPatches } from '../../nn/patches.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { FrameShape } from '../videoModel.js';

export interface PatchCoderShape {
  /** Channels of the maps that changes are drawn from. */
  readonly inputs: number;
  /** Side of the convolution that draws them, in patches. */
  readonly kernel: number;
  /** Side of a patch, in pixels. */
  readonly patch: number;
}

/** Folds frames into patches, and draws what to add to them. */
export interface PatchCoder {
  /** Frames `[batch, time, height, width, channels]` to patches `[batch, time, rows, columns, folded]`. */
  fold(frames: Tensor5D): Tensor5D;
  parameters(seed: number): Named<HostArray>;
  /** `frames`, each with what is drawn from its map added; `maps` `[batch · time, rows, columns, inputs]`. */
  drawChange(parameters: Named<Tensor>, maps: Tensor4D, frames: Tensor5D): Tensor5D;
}

/** How many patches there are and how many values each has: rows, columns, folded. Any frame will do, zeros fill the edge. */
export function patchPlaces(
  { height, width, channels }: FrameShape,
  patch: number,
): [number, number, number] {
  return [Math.ceil(height / patch), Math.ceil(width / patch), channels * patch * patch];
}

/**
 * One convolution, `<name>`, draws patches that are unfolded and added to the last frame. Its weights start at 0, so that training
 * starts from copying that frame.
 */
export function patchCoder(
  name: string,
  { inputs, kernel, patch }: PatchCoderShape,
  frame: FrameShape,
): PatchCoder {
  const { height, width, channels } = frame;
  const places = patchPlaces(frame, patch);
  return {
    fold(frames) {
      const [batch, time] = frames.shape;
      const flat = tf.reshape(frames, [batch * time, height, width, channels]) as Tensor4D;
      return tf.reshape(foldPatches(flat, patch), [batch, time, ...places]) as Tensor5D;
    },

    parameters(seed) {
      const all = convolutionParameters(name, { kernel, inputs, filters: places[2] }, seed);
      all[`${name}.weight`] = constant(required(all, `${name}.weight`).shape, 0);
      return all;
    },

    drawChange(parameters, maps, frames) {
      const change = unfoldPatches(convolution(parameters, name, maps), patch, height, width);
      return tf.add(tf.reshape(change, frames.shape), frames) as Tensor5D;
    },
  };
}
