import { createRequire } from 'node:module';
import { UsageError } from '../../../common/errors.js';
import { TFJS_VERSION } from '../../install/paths.js';
import tf from '../tf.js';
import type { Gpu } from './adapter.js';
import { lookForGpu } from './lookForGpu.js';
import { registerWebGpuKernels } from './webgpuKernels.js';

const require = createRequire(import.meta.url);
/** A name that TypeScript does not look up: the package need not be there. */
const DAWN: string = 'webgpu';
const BACKEND = '@tensorflow/tfjs-backend-webgpu';
/** What foreframe does not depend on: most people have no use for its 130 MB. */
const PACKAGES = `${DAWN} ${BACKEND}@${TFJS_VERSION}`;

/** The npm package `webgpu`: Dawn, the WebGPU of Chromium, for Node. */
interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}

let adapter: Promise<string> | undefined;

/**
 * Make WebGPU tfjs' backend in this thread of Node: the graphics card of any vendor, through Vulkan, Metal or Direct3D. What is
 * computed can only be read with `await`.
 * @returns the name of what computes
 * @throws UsageError in one line where the packages are missing or there is no adapter
 */
export async function loadNodeWebGpu(): Promise<string> {
  adapter ??= start();
  adapter.catch(() => {
    adapter = undefined;
  });
  const name = await adapter;
  if (!(await tf.setBackend('webgpu'))) throw new UsageError(`device webgpu: ${name} does not start`);
  return name;
}

async function start(): Promise<string> {
  // First: nothing of Dawn is loaded here where there is nothing to compute on.
  const name = await findGpu();
  const { create, globals } = (await import(DAWN)) as Dawn;
  // Names of constants such as `GPUBufferUsage`.
  Object.assign(globalThis, globals);
  showAsInBrowsers(create([]));
  require(BACKEND);
  registerWebGpuKernels();
  return name;
}

/**
 * The name of the graphics card that `--device webgpu` computes on; nothing is loaded into this process.
 * @throws UsageError in one line where the packages are missing or there is no adapter
 */
export async function findGpu(): Promise<string> {
  return lookForGpu(dawnPath());
}

/** tfjs looks for it there. Node 20 has no `navigator`, later ones have one of their own. */
function showAsInBrowsers(gpu: Gpu): void {
  const scope = globalThis as { navigator?: object };
  if (!scope.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
}

function dawnPath(): string {
  try {
    require.resolve(BACKEND);
    return require.resolve(DAWN);
  } catch (error) {
    throw new UsageError(`device webgpu needs two more packages: npm install ${PACKAGES}`, { cause: error });
  }
}
