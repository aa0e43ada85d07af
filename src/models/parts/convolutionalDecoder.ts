import { convolutionParameters, upsampledConvolution } from '../../nn/convolution.js';
import { dense, denseParameters } from '../../nn/dense.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { FrameShape } from '../videoModel.js';
import { type CoderShape, filtersSetting } from './coderShape.js';
import { poolingSizes } from './poolingSizes.js';

/** Draws frames from vectors. */
export interface ConvolutionalDecoder {
  parameters(seed: number): Named<HostArray>;
  /** Vectors `[n, inputs]` to frames `[n, height, width, channels]`, not limited to [0, 1]. */
  decode(parameters: Named<Tensor>, vectors: Tensor): Tensor4D;
}

/**
 * The mirror of `convolutionalEncoder`: a fully connected layer with ReLU (`<name>.dense`), then nearest-neighbour
 * upsampling and convolution (`<name>.<layer>`, outermost 0), with ReLU after all but the outermost.
 * @param inputs values of the vectors that it draws
 * @throws UsageError when the frames are too small for so many poolings
 */
export function convolutionalDecoder(
  name: string,
  inputs: number,
  { filters, kernel }: CoderShape,
  frame: FrameShape,
): ConvolutionalDecoder {
  const sizes = poolingSizes(filtersSetting(name), frame, filters.length);
  const [height, width] = sizes.at(-1)!;
  const deepest = filters.at(-1)!;
  return {
    parameters(seed) {
      const all = denseParameters(`${name}.dense`, inputs, height * width * deepest, seed);
      filters.forEach((count, layer) => {
        const outer = filters[layer - 1] ?? frame.channels;
        const shape = { kernel, inputs: count, filters: outer };
        Object.assign(all, convolutionParameters(`${name}.${layer}`, shape, seed));
      });
      return all;
    },

    decode(parameters, vectors) {
      const flat = tf.relu(dense(parameters, `${name}.dense`, vectors));
      let map = tf.reshape(flat, [-1, height, width, deepest]) as Tensor4D;
      for (let layer = filters.length - 1; layer >= 0; layer--) {
        map = upsampledConvolution(parameters, `${name}.${layer}`, map, ...sizes[layer]!);
        if (layer > 0) map = tf.relu(map);
      }
      return map;
    },
  };
}
