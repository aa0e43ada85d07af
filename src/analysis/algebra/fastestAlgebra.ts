import type { LinearAlgebra } from './linearAlgebra.js';
import { plainAlgebra } from './plainAlgebra.js';

/**
 * Native TensorFlow's linear algebra where `loadTensorFlow` has loaded that into this thread, else plain TypeScript. What
 * needs TensorFlow is imported only here: code that only reads numbers does not load it.
 */
export async function fastestAlgebra(): Promise<LinearAlgebra> {
  const { tensorflowAlgebra } = await import('./tensorflow/tensorflowAlgebra.js');
  return tensorflowAlgebra() ?? plainAlgebra;
}
