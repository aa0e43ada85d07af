import tf from '@tensorflow/tfjs';

/**
 * `unstack` and `split` have as many outputs as they are asked for. Of one output alone tfjs hands its own gradients a tensor where
 * they take a list, and they throw ("must be a Tensor[]"): a clip of one frame could not be trained on.
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
