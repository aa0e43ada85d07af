import { replaceKernel } from '../replaceKernel.js';
import tf from '../tf.js';
import { convolutionInputGradient } from './inputGradient.js';
import { averagePoolGradient, maxPoolGradient } from './wasmPooling.js';

/**
 * Kernels that training needs and the wasm backend lacks or computes wrongly, written with those it has. Slow is fine,
 * wrong is not: the tests hold every gradient against finite differences and against native TensorFlow.
 */
export function registerWasmKernels(): void {
  replaceKernel('wasm', 'Conv2DBackpropFilter', ({ inputs, attrs }) => {
    const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
    const { strides, pad, dimRoundingMode, dataFormat, filterShape } = attrs as Attributes &
      ConvolutionAttributes;
    if (dataFormat !== 'NHWC') throw new Error(`the wasm fallback takes images as NHWC, not ${dataFormat}`);
    const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
    return convolutionFilterGradient(x, dy, info);
  });
  replaceKernel('wasm', 'Conv2DBackpropInput', ({ inputs, attrs }) => {
    const { dy, filter } = inputs as { dy: tf.Tensor4D; filter: tf.Tensor4D };
    const { strides, pad, dimRoundingMode, dataFormat, inputShape } = attrs as Attributes &
      ConvolutionAttributes & { inputShape: [number, number, number, number] };
    if (dataFormat !== 'NHWC') throw new Error(`the wasm fallback takes images as NHWC, not ${dataFormat}`);
    const info = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter.shape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    return convolutionInputGradient(dy, filter, info);
  });
  replaceKernel('wasm', 'DepthwiseConv2dNativeBackpropFilter', ({ inputs, attrs }) => {
    const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
    const { strides, pad, filterShape } = attrs as Attributes & ConvolutionAttributes;
    if (pad !== 'same' || ![strides].flat().every((stride) => stride === 1))
      throw new Error(
        'the wasm fallback has a gradient of depthwise convolutions with stride 1 that keep the size',
      );
    return depthwiseFilterGradient(x, dy, filterShape);
  });
  // The gradient of gather. Each row goes to its segment: a product with the one-hot matrix of the segments.
  replaceKernel('wasm', 'UnsortedSegmentSum', ({ inputs, attrs }) => {
    const { x, segmentIds } = inputs as { x: tf.Tensor; segmentIds: tf.Tensor1D };
    const { numSegments } = attrs as Attributes & { numSegments: number };
    return tf.tidy(() => {
      const rows = tf.reshape(x, [segmentIds.size, -1]);
      const sums = tf.matMul(tf.oneHot(segmentIds, numSegments).toFloat(), rows, true);
      return tf.reshape(sums, [numSegments, ...x.shape.slice(segmentIds.rank)]);
    });
  });
  replaceKernel('wasm', 'MaxPoolGrad', ({ inputs, attrs }) => {
    const { input, dy } = inputs as { input: tf.Tensor4D; dy: tf.Tensor4D };
    return maxPoolGradient(input, dy, poolInfo(input, attrs as Attributes & PoolAttributes));
  });
  replaceKernel('wasm', 'AvgPoolGrad', ({ inputs, attrs }) => {
    const { input, dy } = inputs as { input: tf.Tensor4D; dy: tf.Tensor4D };
    return averagePoolGradient(dy, poolInfo(input, attrs as Attributes & PoolAttributes));
  });
}

function poolInfo(
  input: tf.Tensor4D,
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
): tf.backend_util.Conv2DInfo {
  return tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
}

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Attributes = NonNullable<Parameters<tf.KernelFunc>[0]['attrs']>;

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly filterShape: [number, number, number, number];
}

/**
 * dW[i, j, c, k] = Σ x[n, s·p + i − top, s·q + j − left, c] · dy[n, p, q, k] over n, p, q: itself a convolution, of the
 * input with batch and channels swapped, by the output's gradient as a filter that is dilated by the stride s.
 * @param x `[batch, height, width, in]`
 * @param dy `[batch, outHeight, outWidth, out]`
 * @returns `[filterHeight, filterWidth, in, out]`
 */
function convolutionFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  info: tf.backend_util.Conv2DInfo,
): tf.Tensor4D {
  return tf.tidy(() => {
    const { strideHeight, strideWidth, filterHeight, filterWidth, outHeight, outWidth, padInfo } = info;
    // Exactly the rows and columns that the filter ever touched, so that a valid convolution has the filter's size.
    const touched = toTouched(
      x,
      [padInfo.top, padInfo.left],
      [(outHeight - 1) * strideHeight + filterHeight, (outWidth - 1) * strideWidth + filterWidth],
    );
    const swapped = tf.transpose(touched, [3, 1, 2, 0]);
    const filter = tf.transpose(dy, [1, 2, 0, 3]);
    const gradient = tf.conv2d(swapped, filter, 1, 'valid', 'NHWC', [strideHeight, strideWidth]);
    return tf.transpose(gradient, [1, 2, 0, 3]);
  });
}

/** dR[i, j, c] = Σ x[n, p + i − top, q + j − left, c] · dy[n, p, q, c] over n, p, q: one product for each place of the kernel. */
function depthwiseFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: [number, number, number, number],
): tf.Tensor4D {
  return tf.tidy(() => {
    const [height, width] = filterShape;
    const [, rows, columns] = x.shape;
    const [top, left] = [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)];
    const padded = toTouched(x, [top, left], [rows + height - 1, columns + width - 1]);
    const places = Array.from({ length: height * width }, (_, place) => {
      const [i, j] = [Math.floor(place / width), place % width];
      return tf.sum(tf.mul(tf.slice(padded, [0, i, j, 0], x.shape), dy), [0, 1, 2]);
    });
    return tf.reshape(tf.stack(places), filterShape);
  });
}

/** `x` with `before` zero rows and columns in front, cut or filled with zeros at the end to `size`. */
function toTouched(x: tf.Tensor4D, before: [number, number], size: [number, number]): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const after = (axis: 0 | 1, length: number) => Math.max(0, size[axis] - before[axis] - length);
  const padded = tf.pad(x, [
    [0, 0],
    [before[0], after(0, height)],
    [before[1], after(1, width)],
    [0, 0],
  ]);
  return tf.slice(padded, [0, 0, 0, 0], [batch, size[0], size[1], channels]);
}
