import { convolutionParameters, pooledConvolution } from '../../nn/convolution.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { Encoder } from '../encoder.js';
import type { FrameShape } from '../videoModel.js';
import { type CoderShape, filtersSetting } from './coderShape.js';
import { poolingSizes } from './poolingSizes.js';

/** An encoder whose features are its last map, made flat: they know where everything is. */
export interface ConvolutionalEncoder extends Encoder {
  /** Frames `[n, height, width, channels]` to one map per layer, outermost first. */
  maps(parameters: Named<Tensor>, frames: Tensor4D): Tensor4D[];
  /** Maps of `batch · time` frames by the names of their layers, each `[batch, time, …]`. */
  overTime(maps: readonly Tensor4D[], batch: number, time: number): Named<Tensor>;
}

/**
 * Convolutions with ReLU and 2×2 max-pooling, each of which halves the image; parameters and layers are called `<name>.<layer>`.
 * @throws UsageError when the frames are too small for so many poolings
 */
export function convolutionalEncoder(
  name: string,
  { filters, kernel }: CoderShape,
  image: FrameShape,
): ConvolutionalEncoder {
  const sizes = poolingSizes(filtersSetting(name), image, filters.length).slice(1);
  const layers = filters.map((count, layer) => {
    const inputs = filters[layer - 1] ?? image.channels;
    return { name: `${name}.${layer}`, inputs, filters: count, map: [...sizes[layer]!, count] };
  });
  const features = layers.at(-1)!.map.reduce((product, length) => product * length, 1);

  const maps = (parameters: Named<Tensor>, frames: Tensor4D) => {
    const found: Tensor4D[] = [];
    for (const layer of layers) found.push(pooledConvolution(parameters, layer.name, found.at(-1) ?? frames));
    return found;
  };

  return {
    name,
    image,
    features,
    layers: Object.fromEntries(layers.map((layer) => [layer.name, layer.map])),
    statistics: [],
    parameters: (seed) =>
      Object.assign(
        {},
        ...layers.map((layer) => convolutionParameters(layer.name, { ...layer, kernel }, seed)),
      ),
    maps,

    overTime: (found, batch, time) =>
      Object.fromEntries(
        layers.map(({ name, map }, index) => [name, tf.reshape(found[index]!, [batch, time, ...map])]),
      ),

    encode(parameters, images) {
      const found = maps(parameters, images);
      return {
        layers: Object.fromEntries(layers.map((layer, index) => [layer.name, found[index]!])),
        features: tf.reshape(found.at(-1)!, [-1, features]) as tf.Tensor2D,
        moments: {},
      };
    },
  };
}
