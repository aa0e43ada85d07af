import { AttrType, type NativeBackend, nativeBackend, nativeOp, typeAttr } from '../backend/native.js';
import tf, { type Tensor, type Tensor4D } from '../backend/tf.js';

type Attrs = tf.NamedAttrMap;

/** A gradient whose kernel's own inputs are known by name. */
function gradient<Name extends string>(
  kernelName: string,
  inputs: readonly Name[],
  of: (
    g: Tensor,
    inputs: Readonly<Record<Name, Tensor>>,
    attrs: Attrs,
  ) => Partial<Record<Name | 'dy', () => Tensor>>,
): tf.GradConfig {
  return {
    kernelName,
    inputsToSave: [...inputs],
    gradFunc: (g, saved, attrs) => {
      const named = Object.fromEntries(inputs.map((name, i) => [name, saved[i]])) as Record<Name, Tensor>;
      return of(g as Tensor, named, attrs) as Record<string, () => Tensor>;
    },
  };
}

const run = (kernel: string, inputs: tf.NamedTensorMap, attrs: Attrs) =>
  tf.engine().runKernel(kernel, inputs, attrs) as Tensor;

/**
 * Gradients of the kernels that are gradients themselves and for which tfjs has none. Each is linear in what comes back (`dy`), so
 * that its gradient there is the op that it belongs to: gradients of any order follow.
 */
export const gradientKernels: readonly tf.GradConfig[] = [
  gradient('Conv2DBackpropFilter', ['x', 'dy'], (g, { x, dy }, attrs) => {
    const { filterShape: _, ...rest } = attrs;
    const filter = g;
    return {
      x: () => run('Conv2DBackpropInput', { dy, filter }, { ...rest, inputShape: x.shape }),
      dy: () => run('Conv2D', { x, filter }, { ...rest, dilations: 1 }),
    };
  }),
  gradient('DepthwiseConv2dNativeBackpropInput', ['dy', 'filter'], (g, { dy, filter }, attrs) => {
    const { inputShape: _, ...rest } = attrs;
    const x = g;
    return {
      dy: () => run('DepthwiseConv2dNative', { x, filter }, { ...rest, dataFormat: 'NHWC' }),
      filter: () =>
        run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...rest, filterShape: filter.shape }),
    };
  }),
  gradient('DepthwiseConv2dNativeBackpropFilter', ['x', 'dy'], (g, { x, dy }, attrs) => {
    const { filterShape: _, ...rest } = attrs;
    const filter = g;
    return {
      x: () => run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...rest, inputShape: x.shape }),
      dy: () => run('DepthwiseConv2dNative', { x, filter }, { ...rest, dataFormat: 'NHWC' }),
    };
  }),
  gradient('AvgPoolGrad', ['input'], (g, { input }, attrs) => ({
    dy: () => run('AvgPool', { x: g }, attrs),
    input: () => tf.zeros(input.shape),
  })),
  gradient('MaxPoolGrad', ['input', 'output'], (g, { input, output }, attrs) => ({
    dy: () => atWinners(g as Tensor4D, input as Tensor4D, output as Tensor4D, attrs),
    input: () => tf.zeros(input.shape),
    output: () => tf.zeros(output.shape),
  })),
  ...['ResizeBilinear', 'ResizeNearestNeighbor'].map((kernel) =>
    gradient(`${kernel}Grad`, ['dy', 'images'], (g, { dy, images }, attrs) => ({
      dy: () => run(kernel, { images: g }, { ...attrs, size: dy.shape.slice(1, 3) }),
      images: () => tf.zeros(images.shape),
    })),
  ),
];

/**
 * The values of `g`, of the input's shape, at the places that won each window. (TensorFlow's `MaxPoolGradGrad` overwrites `g` while
 * it reads it where input and output are of one size.)
 */
function atWinners(g: Tensor4D, input: Tensor4D, output: Tensor4D, attrs: Attrs): Tensor {
  const backend = nativeBackend();
  if (!backend)
    throw new Error('the gradient of max-pooling can only be differentiated on native TensorFlow');
  const places = winners(backend, input, attrs as unknown as PoolAttributes);
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
function winners(
  backend: NativeBackend,
  input: Tensor4D,
  { filterSize, strides, pad, dimRoundingMode }: PoolAttributes,
): Tensor {
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
  // Avoids tfjs-node's own tensors, which log a warning for every int64.
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

/** tfjs' own swaps axes where the sum runs along another axis than the last. The error is silent if both are of one size. */
export const cumsumGradient: tf.GradConfig = {
  kernelName: 'Cumsum',
  gradFunc: (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attrs as { axis: number; exclusive: boolean; reverse: boolean };
    return { x: () => tf.cumsum(dy as Tensor, axis, exclusive, !reverse) };
  },
};
