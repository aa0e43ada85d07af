import type { NamedAttrMap } from '@tensorflow/tfjs';
import type tf from '../backend/tf.js';

/** Computes the shapes of an op's results from the shapes of its inputs. */
export interface Shaped {
  readonly shape: readonly number[];
  /** The first input's by default. */
  readonly dtype?: tf.DataType;
}

/** A tensor as a kernel sees it. */
export type Taken = Pick<tf.TensorInfo, 'shape' | 'dtype' | 'dataId'>;

/** What kernels take, by tfjs' names: each kernel its own, the other names are not there. */
export type KernelInputs = Readonly<
  Record<
    | 'a'
    | 'b'
    | 'condition'
    | 'e'
    | 'filter'
    | 'images'
    | 'indices'
    | 'input'
    | 't'
    | 'updates'
    | 'value'
    | 'x',
    Taken
  >
>;

/** Shapes of an op's outputs; 'shared' where the result is the first input's memory in another shape. */
export type ShapeKernel = (inputs: KernelInputs, attrs: NamedAttrMap) => Shaped | Shaped[];
