import { UsageError } from '../common/errors.js';
import { convolutionParameters, pooledConvolution, upsampledConvolution } from '../nn/convolution.js';
import { dense, denseParameters } from '../nn/dense.js';
import type { HostArray, Named } from '../tensorflow/program.js';
import tf, { type Tensor, type Tensor4D } from '../tensorflow/tf.js';
import type { FrameShape } from './videoModel.js';

/** Size of the convolutions of an encoder and of the decoder that mirrors it. */
export interface CoderShape {
  /** Filters of the encoder's convolutions, outermost first. */
  readonly filters: readonly number[];
  /** Side of every convolution kernel, in pixels. */
  readonly kernel: number;
}

/** Turns frames into codes. */
export interface ConvolutionalEncoder {
  /** Values of a frame's code. */
  readonly features: number;
  parameters(seed: number): Named<HostArray>;
  /** Frames `[n, height, width, channels]` to one map per layer, outermost first; the last, made flat, is the code. */
  encode(parameters: Named<Tensor>, frames: Tensor4D): Tensor4D[];
}

/** Draws frames from vectors. */
export interface ConvolutionalDecoder {
  parameters(seed: number): Named<HostArray>;
  /** Vectors `[n, inputs]` to frames `[n, height, width, channels]`, not limited to [0, 1]. */
  decode(parameters: Named<Tensor>, vectors: Tensor): Tensor4D;
}

/**
 * Convolutions with ReLU and 2×2 max-pooling, each of which halves the picture; parameters are called `<name>.<layer>.…`.
 * @throws UsageError when the frames are too small for so many poolings
 */
export function convolutionalEncoder(
  name: string,
  { filters, kernel }: CoderShape,
  frame: FrameShape,
): ConvolutionalEncoder {
  const [height, width] = poolingSizes(name, frame, filters.length).at(-1)!;
  return {
    features: height * width * filters.at(-1)!,

    parameters(seed) {
      const all: Named<HostArray> = {};
      filters.forEach((count, layer) => {
        const inputs = filters[layer - 1] ?? frame.channels;
        const shape = { kernel, inputs, filters: count };
        Object.assign(all, convolutionParameters(`${name}.${layer}`, shape, seed));
      });
      return all;
    },

    encode(parameters, frames) {
      const maps: Tensor4D[] = [];
      for (let layer = 0; layer < filters.length; layer++)
        maps.push(pooledConvolution(parameters, `${name}.${layer}`, maps.at(-1) ?? frames));
      return maps;
    },
  };
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
  const sizes = poolingSizes(name, frame, filters.length);
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

/** Height and width before the first and after every pooling, outermost first. */
function poolingSizes(name: string, { height, width }: FrameShape, layers: number): [number, number][] {
  const most = Math.floor(Math.log2(Math.min(height, width)));
  if (layers > most) throw tooSmall(name, `${height}×${width}`, layers, most);
  return Array.from({ length: layers + 1 }, (_, layer) => [
    Math.floor(height / 2 ** layer),
    Math.floor(width / 2 ** layer),
  ]);
}

function tooSmall(name: string, frame: string, layers: number, most: number): UsageError {
  const setting = name.startsWith('discriminator')
    ? 'training.adversarial.discriminator.filters'
    : 'model.filters';
  const side = 2 ** layers;
  const larger = `frames of at least ${side}×${side} (data.width, data.height)`;
  return new UsageError(
    `${setting}: a frame of ${frame} is too small for ${layers} poolings, one for each entry: use ` +
      (most > 0 ? `${most} at most, or ${larger}` : larger),
  );
}
