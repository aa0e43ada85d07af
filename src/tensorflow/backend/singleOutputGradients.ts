import tf = require('@tensorflow/tfjs');

/**
 * `unstack` and `split` have a variable number of outputs. For a single output tfjs passes its gradients a tensor where they expect
 * a list, and they throw ("must be a Tensor[]"): training on clips of one frame would fail.
 */
export function correctSingleOutputGradients(): void {
  tf.registerGradient({
    kernelName: 'Unpack',
    gradFunc: (dy, _saved, { axis }) => ({ value: () => tf.stack(asList(dy), Number(axis)) }),
  });
  tf.registerGradient({
    kernelName: 'SplitV',
    gradFunc: (dy, _saved, { axis }) => ({ x: () => tf.concat(asList(dy), Number(axis)) }),
  });
}

function asList<T>(dy: T | T[]): T[] {
  return Array.isArray(dy) ? dy : [dy];
}
