import '@tensorflow/tfjs-backend-webgpu';
import { ForeframeError } from '../../../common/errors.js';
import tf from '../tf.js';
import { adapterName, findAdapter, type Gpu } from '../webgpu/adapter.js';
import { registerWebGpuKernels } from '../webgpu/webgpuKernels.js';

/**
 * Make WebGPU the backend of a page or of its worker. What is computed can only be read with `await`.
 * @returns what computes, in words
 * @throws ForeframeError where the browser has no WebGPU, or no adapter for it
 */
export async function loadBrowserWebGpu(): Promise<string> {
  const { gpu } = (globalThis as { readonly navigator?: { readonly gpu?: Gpu } }).navigator ?? {};
  const adapter = await findAdapter(gpu);
  if (!adapter)
    throw new ForeframeError(
      `this browser has no ${gpu ? 'graphics card for WebGPU' : 'WebGPU'}: compute on WebAssembly`,
    );
  registerWebGpuKernels();
  if (!(await tf.setBackend('webgpu'))) throw new ForeframeError('WebGPU does not start in this browser');
  return `WebGPU, ${adapterName(adapter)}`;
}
