import tf, { type Tensor4D } from '../tensorflow/backend/tf.js';
import { enlargedConvolution } from '../tensorflow/backend/wasm/enlargedConvolution.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { constant, glorotUniform, randomFor } from './initializers.js';
import { tensorOf } from './tensorOf.js';

export interface ConvolutionShape {
  readonly kernel: number;
  readonly inputs: number;
  readonly filters: number;
}

/** A convolution of a network, with the name that its parameters begin with. */
export interface NamedConvolution extends ConvolutionShape {
  readonly name: string;
}

export function convolutionParameters(
  name: string,
  { kernel, inputs, filters }: ConvolutionShape,
  seed: number,
): Named<HostArray> {
  const area = kernel * kernel;
  const shape = [kernel, kernel, inputs, filters];
  return {
    [`${name}.weight`]: glorotUniform(shape, area * inputs, area * filters, randomFor(seed, name)),
    [`${name}.bias`]: constant([filters], 0),
  };
}

/** Convolution with stride 1 that keeps the size: `[n, height, width, inputs]` to `[n, height, width, filters]`, linear. */
export function convolution(parameters: Named<tf.Tensor>, name: string, x: Tensor4D): Tensor4D {
  const weight = tensorOf<Tensor4D>(parameters, `${name}.weight`);
  return tf.add(tf.conv2d(x, weight, 1, 'same'), tensorOf(parameters, `${name}.bias`));
}

/** Halve height and width by the maximum of 2×2 windows; an odd last row or column is left out. */
function maxPool2(x: Tensor4D): Tensor4D {
  return tf.maxPool(x, 2, 2, 'valid');
}

/**
 * Convolution, 2×2 max-pooling and ReLU. The bias and the ReLU come after the pooling: a maximum commutes with both, and
 * they have a quarter of the work there.
 */
export function pooledConvolution(parameters: Named<tf.Tensor>, name: string, x: Tensor4D): Tensor4D {
  const pooled = maxPool2(tf.conv2d(x, tensorOf<Tensor4D>(parameters, `${name}.weight`), 1, 'same'));
  return tf.relu(tf.add(pooled, tensorOf(parameters, `${name}.bias`)));
}

/**
 * Convolution of `x` enlarged to `height` × `width` by repeating the nearest value. Exact doubling with an odd kernel, the
 * usual case, runs as one transposed convolution of equal value.
 */
export function upsampledConvolution(
  parameters: Named<tf.Tensor>,
  name: string,
  x: Tensor4D,
  height: number,
  width: number,
): Tensor4D {
  const weight = tensorOf<Tensor4D>(parameters, `${name}.weight`);
  const doubles = height === 2 * x.shape[1] && width === 2 * x.shape[2];
  if (!doubles || weight.shape[0] % 2 === 0) {
    return convolution(parameters, name, upsampleTo(x, height, width));
  }
  return tf.add(enlargedConvolution(x, weight), tensorOf(parameters, `${name}.bias`));
}

function upsampleTo(x: Tensor4D, height: number, width: number): Tensor4D {
  return tf.image.resizeNearestNeighbor(x, [height, width]);
}
