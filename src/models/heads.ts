import { convolution, convolutionParameters } from '../nn/convolution.js';
import { dense, denseParameters } from '../nn/dense.js';
import tf, { type Tensor, type Tensor4D } from '../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';

/** Layers that a method adds on an encoder's features, or on one of its layers. Their parameters are called `<name>.…`. */
export interface Head<X extends Tensor = tf.Tensor2D> {
  /** Number of inputs for each image. */
  readonly inputs: number;
  /** Number of outputs for each image. */
  readonly outputs: number;
  /** Parameters before training, by name. */
  parameters(seed: number): Named<HostArray>;
  /** `[n, …]` to `[n, outputs]`, linear at the end. */
  apply(parameters: Named<Tensor>, x: X): tf.Tensor2D;
}

/** One fully connected layer: `[n, inputs]` to `[n, outputs]`. */
export function linearHead(name: string, inputs: number, outputs: number): Head {
  return {
    inputs,
    outputs,
    parameters: (seed) => denseParameters(name, inputs, outputs, seed),
    apply: (parameters, x) => dense(parameters, name, x) as tf.Tensor2D,
  };
}

/**
 * Fully connected layers with ReLU after all but the last, `<name>.0` and so on.
 * @param hidden units of the layers before the last; none make a linear head
 */
export function perceptronHead(
  name: string,
  inputs: number,
  hidden: readonly number[],
  outputs: number,
): Head {
  const widths = [inputs, ...hidden, outputs];
  const layers = widths.slice(1).map((units, index) => ({
    name: `${name}.${index}`,
    units,
    inputs: widths[index]!,
  }));
  return {
    inputs,
    outputs,
    parameters: (seed) =>
      Object.assign({}, ...layers.map((each) => denseParameters(each.name, each.inputs, each.units, seed))),
    apply(parameters, x) {
      const vector = layers.reduce<tf.Tensor>(
        (below, { name: layer }, index) => dense(parameters, layer, index === 0 ? below : tf.relu(below)),
        x,
      );
      return vector as tf.Tensor2D;
    },
  };
}

/** Side of a head's own convolutions, in pixels of the map. */
const KERNEL = 3;

/**
 * Convolutions (3×3, ReLU) over a map, `<name>.0` and so on, the means of the last one's channels, and a fully connected layer,
 * `<name>.out`.
 * @param channels of the map `[n, height, width, channels]`
 * @param filters of the convolutions; none read the map's own means
 */
export function convolutionalHead(
  name: string,
  channels: number,
  filters: readonly number[],
  outputs: number,
): Head<Tensor4D> {
  const layers = filters.map((count, index) => ({
    name: `${name}.${index}`,
    shape: { kernel: KERNEL, inputs: filters[index - 1] ?? channels, filters: count },
  }));
  const out = linearHead(`${name}.out`, filters.at(-1) ?? channels, outputs);
  return {
    inputs: channels,
    outputs,
    parameters: (seed) =>
      Object.assign(
        out.parameters(seed),
        ...layers.map((each) => convolutionParameters(each.name, each.shape, seed)),
      ),
    apply(parameters, x) {
      let map = x;
      for (const layer of layers) map = tf.relu(convolution(parameters, layer.name, map));
      return out.apply(parameters, tf.mean(map, [1, 2]));
    },
  };
}
