// The browser's side of the comparison: a thread as that of the live page, driven from outside.
import { type BrowserDevice, loadBrowserDevice } from '../../src/tensorflow/backend/browser/device.js';
import { eagerProgram } from '../../src/tensorflow/program/eagerProgram.js';
import { type TrialMachine, trialMachine } from './trialMachine.js';

/** What the thread does for whoever drives it. */
export interface ParityThread extends TrialMachine {
  /** First. @returns what computes, in words */
  open(device: BrowserDevice): Promise<string>;
}

const thread: ParityThread = {
  ...trialMachine((spec) => {
    const program = eagerProgram(spec);
    return {
      run: (entry, feeds) => program.runAsync(entry, feeds),
      state: () => program.stateAsync(),
      dispose: () => program.dispose(),
    };
  }),
  open: (device) => loadBrowserDevice(device, new URL('./', import.meta.url).href),
};

Object.assign(globalThis, { parity: thread });
