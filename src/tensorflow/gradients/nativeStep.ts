import { DataType, nativeOp, typeAttr } from '../backend/native.js';
import tf, { type Tensor } from '../backend/tf.js';
import { attr } from '../graph/graph.js';

const T = typeAttr('T', 'float32');

/** The kernel `Step` for native TensorFlow: tfjs-node's own makes a constant of ones as large as its input, here two scalars are broadcast. */
export const nativeStep: tf.KernelConfig = {
  kernelName: 'Step',
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, attrs }) => {
    const x = inputs.x as Tensor;
    return tf.tidy(() => {
      const select = (condition: Tensor, a: Tensor, b: Tensor) =>
        nativeOp('SelectV2', [condition, a, b], [T]);
      const positive = nativeOp('Greater', [x, tf.scalar(0, x.dtype)], [attr.type('T', DataType[known(x)])]);
      const step = select(positive, tf.scalar(1), tf.scalar(Number(attrs?.alpha ?? 0)));
      return x.dtype === 'float32' ? select(tf.isNaN(x), x, step) : step;
    });
  },
};

function known({ dtype }: Tensor): 'float32' | 'int32' {
  return dtype === 'int32' ? 'int32' : 'float32';
}
