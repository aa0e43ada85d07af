import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { BINDING_FILE, type NativeInstall, nativeInstalls } from '../install/install.js';
import { nativeFolder, TFJS_VERSION } from '../install/paths.js';
import { tensorFlowPlatform } from '../install/platform.js';
import { lastFailure } from '../install/setupFailure.js';
import { findTfjsNode, requireTfjsNode } from '../install/tfjsNode.js';
import { checkNobodyElseWrites } from '../install/trust.js';
import { repairPointwiseGradient } from './pointwiseGradient.js';
import tf from './tf.js';

const require = createRequire(import.meta.url);

interface NativeModule {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

interface BackendModule {
  readonly NodeJSKernelBackend: new (binding: NativeModule, packageName: string) => tf.KernelBackend;
}

export interface LoadedNative {
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  readonly install: NativeInstall;
}

/**
 * Load the native binding into this thread and make it tfjs' backend. The binding comes from the per-user cache by
 * `process.dlopen` instead of tfjs-node's own entry point, which insists on a file inside node_modules.
 * One thread of a process only: TensorFlow's library keeps global state.
 * @throws ForeframeError in one line when nothing is installed, it does not load, or another user could have written it
 */
export async function loadNative(): Promise<LoadedNative> {
  const install = nativeInstalls()[0];
  if (!install) throw new ForeframeError(await whyNoInstall());
  const tfjsNode = findTfjsNode();
  if (!tfjsNode)
    throw new ForeframeError(`the npm package @tensorflow/tfjs-node-gpu@${TFJS_VERSION} is missing`);
  checkNobodyElseWrites(dirname(join(install.folder, BINDING_FILE)));
  // A user who can write node_modules can change foreframe itself.
  if (dirname(tfjsNode) === nativeFolder()) checkNobodyElseWrites(tfjsNode);
  const binding = openBinding(install);
  supplyUtilFunctions();
  const files = ['nodejs_kernel_backend.js', 'register_all_kernels.js'].map((file) => join('dist', file));
  const [backend] = requireTfjsNode(tfjsNode, ...files);
  const { NodeJSKernelBackend } = backend as BackendModule;
  const packageName = install.device === 'gpu' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, packageName), 3);
  repairPointwiseGradient();
  if (!(await tf.setBackend('tensorflow'))) throw new ForeframeError('tfjs refused the native backend');
  return { version: binding.TF_Version, device: binding.isUsingGpuDevice() ? 'gpu' : 'cpu', install };
}

function openBinding(install: NativeInstall): NativeModule {
  const holder: { exports: Partial<NativeModule> } = { exports: {} };
  try {
    process.dlopen(holder, join(install.folder, BINDING_FILE), constants.dlopen.RTLD_NOW | stayLoaded());
  } catch (error) {
    throw new ForeframeError(`${install.folder} does not load: ${messageOf(error).split('\n')[0]}`, {
      cause: error,
    });
  }
  return holder.exports as NativeModule;
}

/**
 * `RTLD_NODELETE`, for which Node has no name. Node closes what a worker thread opened when the worker ends, at the latest when the
 * process does. TensorFlow has registered functions to run at exit: taken out of memory before them, it ends the process by a
 * segmentation fault. (Once it has computed something it happens to stay; where a program could not be built, it did not.)
 */
function stayLoaded(): number {
  return process.platform === 'linux' ? 0x1000 : process.platform === 'darwin' ? 0x80 : 0;
}

async function whyNoInstall(): Promise<string> {
  const platform = tensorFlowPlatform();
  return typeof platform === 'string' ? platform : ((await lastFailure())?.reason ?? 'it is not set up');
}

/** Node 22 warns about these two of `util` and 23 removed them; tfjs-node still calls them. */
function supplyUtilFunctions(): void {
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
