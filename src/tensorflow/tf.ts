// tfjs is CommonJS: the default import is the very module object that the native backend registers itself with.
import tf from '@tensorflow/tfjs';
import { correctSingleOutputGradients } from './singleOutputGradients.js';

correctSingleOutputGradients();

export default tf;
export type Tensor = tf.Tensor;
export type Tensor4D = tf.Tensor4D;
export type Tensor5D = tf.Tensor5D;
export type Scalar = tf.Scalar;
