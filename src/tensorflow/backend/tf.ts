// tfjs is CommonJS: this is the very module object that the native backend registers itself with. `require`, because `import`
// has Node read all of tfjs for the names that it exports: a quarter of a second for every process and thread that starts.
import tf = require('@tensorflow/tfjs');

import { correctSingleOutputGradients } from './singleOutputGradients.js';

correctSingleOutputGradients();

export default tf;
export type Tensor = tf.Tensor;
export type Tensor4D = tf.Tensor4D;
export type Tensor5D = tf.Tensor5D;
export type Scalar = tf.Scalar;
