import { AttrType, nativeBackend, nativeOp, typeAttr } from './native.js';
import tf, { type Tensor, type Tensor4D } from './tf.js';

type Attrs = tf.NamedAttrMap;

const run = (kernel: string, inputs: tf.NamedTensorMap, attrs: Attrs) =>
  tf.engine().runKernel(kernel, inputs, attrs) as Tensor;

/**
 * Gradients of the kernels that are gradients themselves and for which tfjs has none. Each is linear in what comes back (`dy`), so
 * that its gradient there is the op that it belongs to: gradients of any order follow.
 */
export const gradientKernels: readonly tf.GradConfig[] = [
  {
    kernelName: 'Conv2DBackpropFilter',
    inputsToSave: ['x', 'dy'],
    gradFunc: (g, [x, dy], attrs) => {
      const { filterShape: _, ...rest } = attrs;
      const filter = g as Tensor;
      return {
        x: () => run('Conv2DBackpropInput', { dy: dy!, filter }, { ...rest, inputShape: x!.shape }),
        dy: () => run('Conv2D', { x: x!, filter }, { ...rest, dilations: 1 }),
      };
    },
  },
  {
    kernelName: 'DepthwiseConv2dNativeBackpropInput',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (g, [dy, filter], attrs) => {
      const { inputShape: _, ...rest } = attrs;
      const x = g as Tensor;
      return {
        dy: () => run('DepthwiseConv2dNative', { x, filter: filter! }, { ...rest, dataFormat: 'NHWC' }),
        filter: () =>
          run('DepthwiseConv2dNativeBackpropFilter', { x, dy: dy! }, { ...rest, filterShape: filter!.shape }),
      };
    },
  },
  {
    kernelName: 'DepthwiseConv2dNativeBackpropFilter',
    inputsToSave: ['x', 'dy'],
    gradFunc: (g, [x, dy], attrs) => {
      const { filterShape: _, ...rest } = attrs;
      const filter = g as Tensor;
      return {
        x: () =>
          run('DepthwiseConv2dNativeBackpropInput', { dy: dy!, filter }, { ...rest, inputShape: x!.shape }),
        dy: () => run('DepthwiseConv2dNative', { x: x!, filter }, { ...rest, dataFormat: 'NHWC' }),
      };
    },
  },
  {
    kernelName: 'AvgPoolGrad',
    inputsToSave: ['input'],
    gradFunc: (g, [input], attrs) => ({
      dy: () => run('AvgPool', { x: g as Tensor }, attrs),
      input: () => tf.zeros(input!.shape),
    }),
  },
  {
    kernelName: 'MaxPoolGrad',
    inputsToSave: ['input', 'output'],
    gradFunc: (g, [input, output], attrs) => ({
      dy: () => atWinners(g as Tensor4D, input as Tensor4D, output as Tensor4D, attrs),
      input: () => tf.zeros(input!.shape),
      output: () => tf.zeros(output!.shape),
    }),
  },
  ...(['ResizeBilinear', 'ResizeNearestNeighbor'] as const).map(
    (kernel): tf.GradConfig => ({
      kernelName: `${kernel}Grad`,
      inputsToSave: ['dy', 'images'],
      gradFunc: (g, [dy, images], attrs) => ({
        dy: () => run(kernel, { images: g as Tensor }, { ...attrs, size: dy!.shape.slice(1, 3) }),
        images: () => tf.zeros(images!.shape),
      }),
    }),
  ),
];

/**
 * The values of `g`, of the input's shape, at the places that won each window. (TensorFlow's `MaxPoolGradGrad` overwrites `g` while
 * it reads it where input and output are of one size.)
 */
function atWinners(g: Tensor4D, input: Tensor4D, output: Tensor4D, attrs: Attrs): Tensor {
  if (!nativeBackend())
    throw new Error('the gradient of max-pooling can only be differentiated on native TensorFlow');
  const places = winners(input, attrs as unknown as PoolAttributes);
  const taken = tf.customGrad((values) => ({
    value: nativeOp('GatherV2', [tf.reshape(values as Tensor, [-1]), places, tf.scalar(0, 'int32')], GATHER),
    gradFunc: (dy: Tensor) => run('MaxPoolGrad', { dy, input, output }, attrs),
  }));
  return taken(g);
}

const GATHER = [
  typeAttr('Tparams', 'float32'),
  typeAttr('Tindices', 'int32'),
  typeAttr('Taxis', 'int32'),
  { name: 'batch_dims', type: AttrType.int, value: 0 },
];

/** Which of all values of the input won each window, int32 of the output's shape; the first where nothing won, as with NaN. */
function winners(input: Tensor4D, { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): Tensor {
  const info = tf.backend_util.computePool2DInfo(input.shape, filterSize, strides, 1, pad, dimRoundingMode);
  const attrs = [
    typeAttr('T', 'float32'),
    typeAttr('Targmax', 'int64'),
    { name: 'ksize', type: AttrType.int, value: [1, info.filterHeight, info.filterWidth, 1] },
    { name: 'strides', type: AttrType.int, value: [1, info.strideHeight, info.strideWidth, 1] },
    { name: 'padding', type: AttrType.string, value: info.padInfo.type },
    { name: 'include_batch_in_index', type: AttrType.bool, value: true },
  ];
  const cast = [
    typeAttr('SrcT', 'int64'),
    typeAttr('DstT', 'int32'),
    { name: 'Truncate', type: AttrType.bool, value: false },
  ];
  // Past tfjs-node's own tensors, which remark on every int64.
  const backend = nativeBackend()!;
  const { binding } = backend;
  const found = binding.executeOp('MaxPoolWithArgmax', attrs, backend.getInputTensorIds([input]), 2);
  const [places] = binding.executeOp('Cast', cast, [found[1]!.id], 1);
  for (const { id } of found) binding.deleteTensor(id);
  return tf.maximum(backend.createOutputTensor(places!), tf.scalar(0, 'int32'));
}

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** tfjs' own turns the axes round where the sum runs along another axis than the last: wrong, in silence if both are of one size. */
export const cumsumGradient: tf.GradConfig = {
  kernelName: 'Cumsum',
  gradFunc: (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attrs as { axis: number; exclusive: boolean; reverse: boolean };
    return { x: () => tf.cumsum(dy as Tensor, axis, exclusive, !reverse) };
  },
};
