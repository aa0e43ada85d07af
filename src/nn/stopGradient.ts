import tf, { type Tensor } from '../tensorflow/backend/tf.js';

/**
 * The same values as a constant: no gradient flows back through them. tfjs has no op for it; a copy of the identity that its
 * tape does not see costs nothing on the native backend, in a graph as little as outside one.
 */
export function stopGradient<T extends Tensor>(x: T): T {
  const identity = tf.getKernel('Identity', tf.getBackend());
  const info = identity.kernelFunc({ inputs: { x }, attrs: {}, backend: tf.backend() });
  return tf.engine().makeTensorFromTensorInfo(Array.isArray(info) ? info[0]! : info) as T;
}
