import type { LinearAlgebra } from './linearAlgebra.js';
import { plainAlgebra } from './plainAlgebra.js';

/**
 * Native TensorFlow's linear algebra where `loadTensorFlow` has loaded that into this thread, else plain TypeScript. What
 * needs TensorFlow is imported here and not before: to look at numbers nobody has to load it.
 */
export async function fastestAlgebra(): Promise<LinearAlgebra> {
  const { tensorflowAlgebra } = await import('./tensorflowAlgebra.js');
  return tensorflowAlgebra() ?? plainAlgebra;
}
