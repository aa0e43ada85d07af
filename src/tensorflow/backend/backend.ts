import { isDeepStrictEqual } from 'node:util';
import { ForeframeError, messageOf, UsageError } from '../../common/errors.js';
import { TFJS_VERSION } from '../install/paths.js';
import type { Device } from './device.js';
import { type Precision, setTensorFlowEnvironment, type TensorFlowSettings } from './environment.js';
import { loadNative } from './loadNative.js';
import { noNativeWarning } from './nativeWarning.js';
import { knownThreads, type Threads, threadsText } from './threads.js';
import { loadWasm } from './wasm/wasm.js';
import { loadNodeWebGpu } from './webgpu/nodeWebGpu.js';

export interface LoadOptions extends TensorFlowSettings {
  /** `off` uses WebAssembly even where native TensorFlow is set up; `FOREFRAME_NATIVE=off` does the same from outside. */
  readonly native?: 'auto' | 'off';
  /** `auto` by default. */
  readonly device?: Device;
  /** Where the one line of warning goes when native TensorFlow is missing; stderr by default. */
  readonly onWarning?: (line: string) => void;
}

/** The TensorFlow that computes in this thread. */
export interface TensorFlowInfo {
  readonly backend: 'tensorflow' | 'wasm' | 'webgpu';
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  readonly threads: Threads;
  readonly precision: Precision;
  /** The graphics card that WebGPU computes on. */
  readonly adapter?: string;
  /** Why it is not native TensorFlow. */
  readonly reason?: string;
}

let loading: { readonly options: LoadOptions; readonly info: Promise<TensorFlowInfo> } | undefined;

/**
 * Loads TensorFlow into this thread, once: native if it is set up, else WebAssembly with one line of warning. Later calls
 * return the same backend, as TensorFlow cannot change threads or precision once it is loaded.
 * @throws UsageError for `precision: fast` on a processor without bf16 hardware, or on WebGPU; for WebGPU where it is missing.
 * @throws ForeframeError when it is loaded already with other threads, precision or device than asked for now.
 */
export async function loadTensorFlow(options: LoadOptions = {}): Promise<TensorFlowInfo> {
  if (!loading) {
    const info = load(options);
    loading = { options, info };
    info.catch(() => {
      loading = undefined;
    });
    return info;
  }
  const info = await loading.info;
  if ((options.device === 'webgpu') !== (info.backend === 'webgpu'))
    throw new ForeframeError(`this process computes on ${info.backend}: another device needs a new process`);
  const threadsDiffer =
    options.threads !== undefined && !isDeepStrictEqual(knownThreads(options.threads), info.threads);
  const precisionDiffers = options.precision !== undefined && options.precision !== info.precision;
  if (info.backend === 'tensorflow' && (threadsDiffer || precisionDiffers)) {
    throw new ForeframeError(
      `TensorFlow is loaded with ${threadsText(info.threads)} in ${info.precision} precision: other settings need a new process`,
    );
  }
  return info;
}

async function load(options: LoadOptions): Promise<TensorFlowInfo> {
  if (options.device === 'webgpu') return loadWebGpu(options);
  const off = options.native === 'off' || process.env.FOREFRAME_NATIVE === 'off';
  if (off) return fallBack(options, 'switched off', false);
  const environment = setTensorFlowEnvironment(options);
  try {
    const { version, device } = await loadNative();
    return { backend: 'tensorflow', version, device, ...environment };
  } catch (error) {
    return fallBack(options, messageOf(error), true);
  }
}

async function loadWebGpu({ precision = 'full' }: LoadOptions): Promise<TensorFlowInfo> {
  if (precision === 'fast')
    throw new UsageError('device webgpu computes in full precision: leave precision out');
  const adapter = await loadNodeWebGpu();
  return { backend: 'webgpu', version: TFJS_VERSION, device: 'gpu', threads: 1, precision, adapter };
}

async function fallBack(options: LoadOptions, reason: string, fixable: boolean): Promise<TensorFlowInfo> {
  const { onWarning = (line) => process.stderr.write(`${line}\n`) } = options;
  const version = await loadWasm();
  onWarning(
    fixable
      ? noNativeWarning(reason)
      : `warning: native TensorFlow is ${reason}; WebAssembly is many times slower.`,
  );
  return { backend: 'wasm', version, device: 'cpu', threads: 1, precision: 'full', reason };
}
