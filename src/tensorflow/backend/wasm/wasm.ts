import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { ForeframeError } from '../../../common/errors.js';
import tf from '../tf.js';
import { registerWasmKernels } from './wasmKernels.js';

const require = createRequire(import.meta.url);

let registered = false;

interface WasmModule {
  setWasmPaths(prefix: string): void;
  readonly version_wasm: string;
}

/**
 * Make WebAssembly tfjs' backend: the fallback that needs nothing but npm. It uses SIMD and one thread: the package's
 * threaded build starts its workers from a `blob:` address, which Node refuses (tensorflow/tfjs issue 3830).
 * @returns the version of the backend.
 */
export async function loadWasm(): Promise<string> {
  const wasm = require('@tensorflow/tfjs-backend-wasm') as WasmModule;
  const folder = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');
  wasm.setWasmPaths(folder + sep);
  if (!registered) registerWasmKernels();
  registered = true;
  if (!(await tf.setBackend('wasm'))) {
    throw new ForeframeError('the WebAssembly backend does not start: reinstall the npm packages (npm ci)');
  }
  return wasm.version_wasm;
}
