import type tf from '../backend/tf.js';
import type { Tensor } from '../backend/tf.js';

interface Ranks {
  0: tf.Scalar;
  1: tf.Tensor1D;
  2: tf.Tensor2D;
  3: tf.Tensor3D;
  4: tf.Tensor4D;
  5: tf.Tensor5D;
}

/** The type of a tensor of this shape: with its rank, where the shape's length is known. */
export type TensorOf<S extends readonly number[]> = S['length'] extends keyof Ranks
  ? Ranks[S['length']]
  : Tensor;

/** Tensors by name, of things that have a shape. */
export type TensorsOf<T extends Record<string, { readonly shape: readonly number[] }>> = {
  readonly [Name in keyof T]: TensorOf<T[Name]['shape']>;
};
