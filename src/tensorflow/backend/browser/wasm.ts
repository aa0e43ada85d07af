import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { ForeframeError } from '../../../common/errors.js';
import tf from '../tf.js';
import { registerWasmKernels } from '../wasm/wasmKernels.js';

/**
 * Make WebAssembly the backend of a page or of its worker, with SIMD and one thread.
 * @param folder address of the `.wasm` files, with a slash at its end
 * @returns what computes, in words
 */
export async function loadBrowserWasm(folder: string): Promise<string> {
  // The threaded build starts more workers from `blob:` addresses, which the page's policy refuses.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths(folder);
  registerWasmKernels();
  if (!(await tf.setBackend('wasm'))) throw new ForeframeError('WebAssembly does not start in this browser');
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return `WebAssembly${simd ? ' with SIMD' : ''}, one thread`;
}
