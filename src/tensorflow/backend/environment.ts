import { isMainThread } from 'node:worker_threads';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { cpuInfo } from '../install/cpu.js';
import { bothThreads, defaultThreads, knownThreads, type Threads } from './threads.js';

export type Precision = 'full' | 'fast';

export interface TensorFlowSettings {
  /** All cores by default. The same number per operation gives the same bits. */
  readonly threads?: Threads;
  /** `fast` lets float32 matrix products and convolutions use bf16 hardware. */
  readonly precision?: Precision;
}

/** The settings as they are in force. */
export interface TensorFlowEnvironment {
  readonly threads: Threads;
  readonly precision: Precision;
}

/**
 * Put the settings into the process environment, where TensorFlow reads them once when it loads. Call it in the main
 * thread before a worker loads TensorFlow: what a worker writes to `process.env` stays in a copy that native code never sees.
 * @throws UsageError when the processor cannot do what `precision: fast` promises, or `threads` is not a whole number from 1.
 */
export function setTensorFlowEnvironment(settings: TensorFlowSettings = {}): TensorFlowEnvironment {
  const { precision = 'full' } = settings;
  const threads = knownThreads(settings.threads ?? defaultThreads());
  const { perOperation, operations } = bothThreads(threads);
  if (precision === 'fast') requireBf16();
  const wanted: Record<string, string> = {
    // 0 logs everything, 2 only errors: start-up messages of oneDNN and absl do not help the user.
    TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2',
    TF_NUM_INTRAOP_THREADS: String(perOperation),
    TF_NUM_INTEROP_THREADS: String(operations),
    OMP_NUM_THREADS: String(perOperation),
    ...oneDnn(),
    // Set in both cases: a value left in the user's shell must not change published numbers silently.
    ONEDNN_DEFAULT_FPMATH_MODE: precision === 'fast' ? 'BF16' : 'STRICT',
  };
  if (!isMainThread) requireInherited(wanted, settings);
  Object.assign(process.env, wanted);
  return { threads, precision };
}

/**
 * oneDNN's convolutions and matrix products. TensorFlow leaves them off on x86 processors without AVX-512 VNNI; on one with AVX2
 * alone (AMD Zen 3) they made a training step 1.6 to 2.7 times faster. A value that the user has set is kept.
 */
function oneDnn(): Record<string, string> {
  const chosen = process.env.TF_ENABLE_ONEDNN_OPTS ?? (process.arch === 'x64' ? '1' : undefined);
  return chosen === undefined ? {} : { TF_ENABLE_ONEDNN_OPTS: chosen };
}

function requireBf16(): void {
  const { bf16, model } = cpuInfo();
  if (bf16) return;
  throw new UsageError(
    `precision fast needs bf16 hardware (avx512_bf16 or amx_bf16), which this processor (${model}) lacks: use precision full`,
  );
}

/** A worker can only use what the main thread has set: it is an error to request other settings. */
function requireInherited(wanted: Record<string, string>, settings: TensorFlowSettings): void {
  const asked = [
    settings.threads === undefined ? [] : ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'],
    settings.precision === undefined ? [] : ['ONEDNN_DEFAULT_FPMATH_MODE'],
  ].flat();
  const missing = asked.filter((name) => process.env[name] !== wanted[name]);
  if (missing.length > 0) {
    throw new ForeframeError(
      `TensorFlow's ${missing.join(' and ')} must be set before the thread starts: call setTensorFlowEnvironment in the main thread first`,
    );
  }
}
