import { giveFirstOfEqualMaxima } from '../gpu/firstOfEqualMaxima.js';
import { replaceKernel } from '../replaceKernel.js';
import tf, { type Tensor } from '../tf.js';

/** Buffers that a shader may read on any device, beside the one that it writes: WebGPU promises eight. */
const MOST_READ = 7;

/** Kernels that the WebGPU backend (4.22.0) computes wrongly. */
export function registerWebGpuKernels(): void {
  giveFirstOfEqualMaxima('webgpu');
  const own = tf.getKernel('AddN', 'webgpu').kernelFunc;
  // It reads all of its inputs at once. Above the limit the device refuses the shader and leaves zeros, without an error.
  replaceKernel('webgpu', 'AddN', (params) => {
    const all = Object.values(params.inputs) as Tensor[];
    return all.length <= MOST_READ ? own(params) : tf.tidy(() => sumInGroups(all));
  });
}

function sumInGroups(tensors: readonly Tensor[]): Tensor {
  if (tensors.length <= MOST_READ) return tf.addN([...tensors]);
  const groups = Array.from({ length: Math.ceil(tensors.length / MOST_READ) }, (_, group) =>
    tf.addN(tensors.slice(group * MOST_READ, (group + 1) * MOST_READ)),
  );
  return sumInGroups(groups);
}
