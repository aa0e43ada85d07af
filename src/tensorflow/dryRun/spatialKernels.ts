import tf from '../backend/tf.js';
import type { KernelInputs, ShapeKernel } from './shapeKernel.js';

type Shape4D = [number, number, number, number];
type Padding = 'valid' | 'same' | number;
type Pair = number | [number, number];

const ofInput =
  (name: keyof KernelInputs): ShapeKernel =>
  (inputs) => ({ shape: inputs[name].shape });
const ofAttr =
  (name: string): ShapeKernel =>
  (_, attrs) => ({ shape: attrs[name] as number[] });

const pooling: ShapeKernel = ({ x }, { filterSize, strides, pad, dimRoundingMode }) => ({
  shape: tf.backend_util.computePool2DInfo(
    x.shape as Shape4D,
    filterSize as Pair,
    strides as Pair,
    1,
    pad as Padding,
    dimRoundingMode as unknown as 'floor',
  ).outShape,
});

const convolution =
  (depthwise: boolean): ShapeKernel =>
  ({ x, filter }, { strides, pad, dilations, dimRoundingMode }) => ({
    shape: tf.backend_util.computeConv2DInfo(
      x.shape as Shape4D,
      filter.shape as Shape4D,
      strides as Pair,
      (dilations as Pair) ?? 1,
      pad as Padding,
      dimRoundingMode as unknown as 'floor',
      depthwise,
    ).outShape,
  });

const resized: ShapeKernel = ({ images }, { size }) => {
  const [batch, , , channels] = images.shape as Shape4D;
  return { shape: [batch, ...(size as [number, number]), channels] };
};

/** Ops on maps `[n, height, width, channels]` and their gradients. */
export const spatialKernels: Readonly<Record<string, ShapeKernel>> = {
  AvgPool: pooling,
  AvgPoolGrad: ofInput('input'),
  Conv2D: convolution(false),
  Conv2DBackpropFilter: ofAttr('filterShape'),
  Conv2DBackpropInput: ofAttr('inputShape'),
  DepthwiseConv2dNative: convolution(true),
  DepthwiseConv2dNativeBackpropFilter: ofAttr('filterShape'),
  DepthwiseConv2dNativeBackpropInput: ofAttr('inputShape'),
  MaxPool: pooling,
  MaxPoolGrad: ofInput('input'),
  ResizeBilinear: resized,
  ResizeBilinearGrad: ofInput('images'),
  ResizeNearestNeighbor: resized,
  ResizeNearestNeighborGrad: ofInput('images'),
};
