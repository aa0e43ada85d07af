import { messageOf } from '../../src/common/errors.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import { BROWSER_DEVICES } from '../../src/tensorflow/backend/browser/device.js';
import { loadNodeWebGpu } from '../../src/tensorflow/backend/webgpu/nodeWebGpu.js';
import { compileAsync } from '../../src/tensorflow/program/asyncProgram.js';
import { type OpenDevice, openParityBrowser, type ParityBrowser } from './browser.js';
import { type TrialMachine, trialMachine } from './trialMachine.js';

/** Where cases are computed, one after the other: a backend in a browser, or in Node. */
export const PARITY_BACKENDS = [...BROWSER_DEVICES, 'node-webgpu'] as const;
export type ParityBackend = (typeof PARITY_BACKENDS)[number];

/** What the others are compared with: native TensorFlow of this process, or WebAssembly where it is not set up. */
export async function referenceMachine(): Promise<{
  readonly device: string;
  readonly machine: TrialMachine;
}> {
  const { backend, version } = await loadTensorFlow({ threads: 1 });
  return {
    device: `${backend === 'tensorflow' ? 'native TensorFlow' : 'WebAssembly in Node'} ${version}, one thread`,
    machine: trialMachine(compileAsync),
  };
}

export interface UsedBackend {
  readonly backend: ParityBackend;
  /** What computes, in words. */
  readonly device: string;
  readonly machine: TrialMachine;
}

/**
 * Give each backend that this machine has to `use`, one after the other. WebGPU in Node takes the place of the reference in this
 * thread: it comes last.
 * @param folder for the bundle that browsers load
 * @param onMissing hears why a backend is not there
 */
export async function eachBackend(
  wanted: readonly ParityBackend[],
  folder: string,
  use: (backend: UsedBackend) => Promise<void>,
  onMissing: (backend: ParityBackend, reason: string) => void,
): Promise<void> {
  let browser: ParityBrowser | undefined;
  const open = async (backend: ParityBackend): Promise<OpenDevice> => {
    if (backend !== 'node-webgpu') {
      browser ??= await openParityBrowser(folder);
      return browser.open(backend);
    }
    const device = `WebGPU in Node, ${await loadNodeWebGpu()}`;
    return { device, machine: trialMachine(compileAsync), close: async () => {} };
  };
  try {
    for (const backend of PARITY_BACKENDS.filter((each) => wanted.includes(each))) {
      const opened = await open(backend).catch((error: unknown) => {
        onMissing(backend, messageOf(error));
      });
      if (!opened) continue;
      await use({ backend, ...opened });
      await opened.close();
    }
  } finally {
    await browser?.close();
  }
}
