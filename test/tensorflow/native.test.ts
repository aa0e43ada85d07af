import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ForeframeError, UsageError } from '../../src/common/errors.js';
import { loadTensorFlow, type TensorFlowInfo } from '../../src/tensorflow/backend/backend.js';
import { setTensorFlowEnvironment } from '../../src/tensorflow/backend/environment.js';
import tf from '../../src/tensorflow/backend/tf.js';
import { knownThreads, threadsText } from '../../src/tensorflow/backend/threads.js';
import { requireCompiler } from '../../src/tensorflow/install/compiler.js';
import { cpuInfo } from '../../src/tensorflow/install/cpu.js';
import { BINDING_FILE, nativeInstalls } from '../../src/tensorflow/install/install.js';
import { type TensorFlowPlatform, tensorFlowPlatform } from '../../src/tensorflow/install/platform.js';
import {
  buildQuietLibrary,
  QUIET_LIBRARY,
  refreshQuietLibrary,
} from '../../src/tensorflow/install/quietLibrary.js';
import { lastFailure } from '../../src/tensorflow/install/setupFailure.js';
import { nativeProblem } from './nativeExpectation.js';

const off = process.env.FOREFRAME_NATIVE === 'off';
const install = off ? undefined : nativeInstalls()[0];

/** A few steps of gradient descent on a small convolutional network; its losses. */
function trainSmallNetwork(): number[] {
  const x = tf.randomNormal([8, 8, 8, 1], 0, 1, 'float32', 1) as tf.Tensor4D;
  const kernel = tf.variable(tf.randomNormal([3, 3, 1, 4], 0, 0.3, 'float32', 2) as tf.Tensor4D);
  const dense = tf.variable(tf.randomNormal([64, 1], 0, 0.3, 'float32', 3) as tf.Tensor2D);
  const target = tf.mean(x, [1, 2]);
  const optimizer = tf.train.rmsprop(0.01);
  const losses: number[] = [];
  for (let step = 0; step < 20; step++) {
    const loss = optimizer.minimize(() => {
      const features = tf.maxPool(tf.relu(tf.conv2d(x, kernel, 1, 'same')), 2, 2, 'same');
      return tf.losses.meanSquaredError(target, tf.matMul(tf.reshape(features, [8, -1]), dense));
    }, true)!;
    losses.push(loss.dataSync()[0]!);
  }
  return losses;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('loading TensorFlow', () => {
  let info: TensorFlowInfo;
  beforeAll(async () => {
    info = await loadTensorFlow({ threads: 2 });
  });

  it('is native on every machine that has what it takes: a broken set-up must not pass for skipped tests', async () => {
    const failure = (await lastFailure())?.reason;
    const { backend, reason } = info;
    const supported = typeof tensorFlowPlatform() !== 'string';
    const problem = nativeProblem({ off, backend, reason, installed: !!install, supported, failure });
    if (problem !== undefined) expect.fail(problem);
    if (backend === 'wasm') console.warn(`native TensorFlow is not tested here: ${reason}`);
  });

  it('is native where it is set up, and says what computes', () => {
    expect(info.backend).toBe(install ? 'tensorflow' : 'wasm');
    expect(tf.getBackend()).toBe(info.backend);
    expect(info).toMatchObject(
      install ? { version: install.version, threads: 2, precision: 'full' } : { threads: 1 },
    );
  });

  it('trains', () => {
    const losses = trainSmallNetwork();
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  });

  it('happens once: the same settings answer the same, others are refused', async () => {
    expect(await loadTensorFlow()).toEqual(info);
    if (install) await expect(loadTensorFlow({ threads: 1 })).rejects.toThrow(ForeframeError);
  });

  it('falls back to WebAssembly with one line, and trains there to the same losses', async () => {
    const native = trainSmallNetwork();
    vi.stubEnv('FOREFRAME_NATIVE', 'off');
    // As in a process that has loaded nothing.
    const again = '../../src/tensorflow/backend/backend.js?again';
    const fresh: typeof import('../../src/tensorflow/backend/backend.js') = await import(again);
    const warnings: string[] = [];
    const fallback = await fresh.loadTensorFlow({ onWarning: (line) => warnings.push(line) });
    expect(fallback).toMatchObject({ backend: 'wasm', threads: 1, reason: 'switched off' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).not.toContain('\n');
    const wasm = trainSmallNetwork();
    for (const [i, loss] of native.entries())
      expect(Math.abs(wasm[i]! - loss)).toBeLessThan(1e-3 * Math.max(1, loss));
  });
});

describe('a machine without native TensorFlow', () => {
  const bare = { off: false, backend: 'wasm', installed: false, supported: true } as const;

  it('passes where it lacks pip, network or compiler, where no build is known for it, and where it is switched off', () => {
    const lacks = [
      'no pip: install Python with pip; cannot download https://example.org/lib.tar.gz: the server answered 404',
      'pip could not download tensorflow-cpu==2.21.0: ERROR: No matching distribution found',
      'no C++ compiler: install one',
    ];
    for (const failure of lacks) expect(nativeProblem({ ...bare, failure })).toBeUndefined();
    expect(nativeProblem({ ...bare, supported: false })).toBeUndefined();
    expect(nativeProblem({ ...bare, off: true, installed: true })).toBeUndefined();
  });

  it('fails with the reason and the advice where set-up is broken or never ran', () => {
    const broken = nativeProblem({ ...bare, installed: true, reason: 'lib: undefined symbol' });
    expect(broken).toMatch(/cannot be loaded \(lib: undefined symbol\): .*foreframe doctor/);
    expect(nativeProblem(bare)).toMatch(/never set up.*foreframe doctor/);
    const failure = 'no pip: install it; c++ could not build the TensorFlow binding: no such header';
    expect(nativeProblem({ ...bare, failure })).toMatch(/went wrong \(.*no such header\)/);
  });
});

describe('settings', () => {
  it('reads the processor’s instruction sets', () => {
    expect(cpuInfo('flags\t\t: fpu avx2 avx512f avx512_bf16 amx_bf16\n').bf16).toBe(true);
    expect(cpuInfo('flags\t\t: fpu avx2 avx512f avx512_vnni\n')).toMatchObject({
      bf16: false,
      vnni: true,
      features: ['avx2', 'avx512f'],
    });
    expect(cpuInfo('flags\t\t: fpu avx2\n').vnni).toBe(false);
    expect(cpuInfo('').bf16).toBe(false);
  });

  it('refuses precision fast without bf16 hardware, and thread counts that are none', () => {
    vi.stubEnv('ONEDNN_DEFAULT_FPMATH_MODE', 'ANY');
    if (cpuInfo().bf16) expect(setTensorFlowEnvironment({ precision: 'fast' }).precision).toBe('fast');
    else expect(() => setTensorFlowEnvironment({ precision: 'fast' })).toThrow(/needs bf16 hardware/);
    for (const threads of [0, 1.5, Number.NaN, { perOperation: 0 }, { perOperation: 1, operations: 1.5 }])
      expect(() => setTensorFlowEnvironment({ threads })).toThrow(UsageError);
  });

  it('counts threads per operation and operations side by side', () => {
    for (const name of ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'OMP_NUM_THREADS'])
      vi.stubEnv(name, '');
    const apart = setTensorFlowEnvironment({ threads: { perOperation: 1, operations: 3 } });
    expect(apart.threads).toEqual({ perOperation: 1, operations: 3 });
    expect(threadsText(apart.threads)).toBe('3 threads, 1 per operation');
    expect([process.env.TF_NUM_INTRAOP_THREADS, process.env.TF_NUM_INTEROP_THREADS]).toEqual(['1', '3']);
    // Who asks for nothing gets what was set before: a worker says the same of itself.
    expect(setTensorFlowEnvironment().threads).toEqual({ perOperation: 1, operations: 3 });
    expect(setTensorFlowEnvironment({ threads: { perOperation: 2, operations: 2 } }).threads).toBe(2);
    expect(threadsText(2)).toBe('2 threads');
    expect(knownThreads({ perOperation: 1 })).toEqual(
      knownThreads({ perOperation: 1, operations: availableParallelism() }),
    );
  });

  it('does not let a value left in the shell change precision silently', () => {
    vi.stubEnv('ONEDNN_DEFAULT_FPMATH_MODE', 'BF16');
    setTensorFlowEnvironment({});
    expect(process.env.ONEDNN_DEFAULT_FPMATH_MODE).toBe('STRICT');
  });
});

describe.runIf(install)('the binding', () => {
  const binding = join(install?.folder ?? '', BINDING_FILE);

  it('loads without a word on the terminal', () => {
    const program =
      'process.env.TF_CPP_MIN_LOG_LEVEL = "2"; process.dlopen({ exports: {} }, process.argv[1])';
    const { status, stderr, stdout } = spawnSync(process.execPath, ['-e', program, binding], {
      encoding: 'utf8',
    });
    expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: '', stdout: '' });
  });

  /** An install whose quiet library is of our own time: the large libraries are those of the cache. */
  function copyOfInstall(quiet?: Buffer): string {
    const folder = mkdtempSync(join(tmpdir(), 'foreframe-test-'));
    mkdirSync(join(folder, 'lib'));
    mkdirSync(join(folder, 'build'));
    for (const file of readdirSync(join(install!.folder, 'lib'))) {
      const from = join(install!.folder, 'lib', file);
      if (file === QUIET_LIBRARY) continue;
      // The binding finds its libraries beside itself, so it may not be a link.
      if (statSync(from).size < 1e6) cpSync(from, join(folder, 'lib', file));
      else symlinkSync(from, join(folder, 'lib', file));
    }
    if (quiet) writeFileSync(join(folder, 'lib', QUIET_LIBRARY), quiet);
    return folder;
  }

  it.runIf(process.platform === 'linux')(
    'says nothing in a worker thread, where no variable can be set, and obeys one that was set before',
    async () => {
      const { framework } = tensorFlowPlatform() as TensorFlowPlatform;
      const [made, refreshed] = [copyOfInstall(), copyOfInstall(Buffer.alloc(40_000))];
      expect(await buildQuietLibrary(requireCompiler(), made, framework)).toEqual([QUIET_LIBRARY]);
      await refreshQuietLibrary(refreshed, framework, 40_000);
      const quiet = (folder: string) => join(folder, 'lib', QUIET_LIBRARY);
      expect(statSync(quiet(refreshed)).size).toBe(40_000);
      expect(readFileSync(quiet(refreshed)).subarray(1, 4).toString()).toBe('ELF');
      // One that is up to date already stays.
      const { ino } = statSync(quiet(refreshed));
      await refreshQuietLibrary(refreshed, framework, 40_000);
      expect(statSync(quiet(refreshed)).ino).toBe(ino);
      const program = `const { workerData, parentPort } = require('node:worker_threads');
        process.dlopen({ exports: {} }, workerData); parentPort.postMessage('loaded');`;
      const child = `const { Worker } = require('node:worker_threads');
        new Worker(${JSON.stringify(program)}, { eval: true, workerData: process.argv[1] }).on('message', (v) => {
          console.log(v); process.kill(process.pid, 'SIGKILL'); });`;
      const { TF_CPP_MIN_LOG_LEVEL: _, ...env } = process.env;
      const load = (folder: string, more: Record<string, string> = {}) =>
        spawnSync(process.execPath, ['-e', child, join(folder, BINDING_FILE)], {
          encoding: 'utf8',
          // oneDNN says so when it is asked for by name.
          env: { ...env, TF_ENABLE_ONEDNN_OPTS: '1', ...more },
        });
      for (const folder of [made, refreshed])
        expect(load(folder)).toMatchObject({ stdout: 'loaded\n', stderr: '' });
      expect(load(made, { TF_CPP_MIN_LOG_LEVEL: '0' }).stderr).toContain('oneDNN');
    },
  );

  it('loads in a worker', async () => {
    const program = `const { workerData, parentPort } = require('node:worker_threads');
      const holder = { exports: {} }; process.dlopen(holder, workerData); parentPort.postMessage(holder.exports.TF_Version);`;
    const child = `const { Worker } = require('node:worker_threads');
      new Worker(${JSON.stringify(program)}, { eval: true, workerData: process.argv[1] }).on('message', (v) => console.log(v));`;
    const { stdout } = spawnSync(process.execPath, ['-e', child, binding], { encoding: 'utf8' });
    expect(stdout.trim()).toBe(install!.version);
  });
});
