import tf, { type Tensor4D } from './tf.js';

type Pair = readonly [number, number];

/**
 * The gradient of a strided 1×1 convolution by its weights, computed without strides from the pixels that the convolution used.
 * oneDNN 3's own (in TensorFlow 2.21) writes past the end of its memory where channels are few. A process that trains with such a
 * layer, for example a shortcut of a residual network, crashes or computes with corrupted values.
 */
export function repairPointwiseGradient(): void {
  const before = tf.getKernel('Conv2DBackpropFilter', 'tensorflow') as tf.KernelConfig | undefined;
  if (!before || repaired.has(before.kernelFunc)) return;
  const kernelFunc: tf.KernelFunc = (params) => {
    const [given, attrs] = [params.inputs as { x: Tensor4D; dy: Tensor4D }, params.attrs!];
    const { strides, filterShape, pad, dataFormat } = attrs as unknown as ConvolutionAttributes;
    const [down, right] = typeof strides === 'number' ? [strides, strides] : strides;
    const pointwise = filterShape[0] === 1 && filterShape[1] === 1;
    if (!pointwise || (down === 1 && right === 1) || dataFormat === 'NCHW') return before.kernelFunc(params);
    const x = tf.tidy(() => seen(given.x, pad, [down, right]));
    const plain = { ...attrs, strides: [1, 1], pad: 'valid' };
    const gradient = before.kernelFunc({ ...params, inputs: { x, dy: given.dy }, attrs: plain });
    x.dispose();
    return gradient;
  };
  repaired.add(kernelFunc);
  tf.unregisterKernel('Conv2DBackpropFilter', 'tensorflow');
  tf.registerKernel({ ...before, kernelFunc });
}

interface ConvolutionAttributes {
  readonly strides: number | Pair;
  readonly filterShape: readonly number[];
  readonly pad: 'same' | 'valid' | number | readonly Pair[];
  readonly dataFormat: 'NHWC' | 'NCHW';
}

const repaired = new WeakSet<tf.KernelFunc>();

/** Every pixel under a 1×1 kernel: with `same` there is no border, as the kernel never lies beside the image. */
function seen(x: Tensor4D, pad: ConvolutionAttributes['pad'], strides: Pair): Tensor4D {
  const border =
    typeof pad === 'number'
      ? [
          [0, 0],
          [pad, pad],
          [pad, pad],
          [0, 0],
        ]
      : pad;
  const padded = typeof border === 'string' ? x : tf.pad(x, border as [number, number][]);
  return tf.stridedSlice(padded, [0, 0, 0, 0], padded.shape, [1, ...strides, 1]) as Tensor4D;
}
