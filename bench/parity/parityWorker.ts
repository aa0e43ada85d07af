// The browser's side of the comparison: a thread as that of the live page, driven from outside.
import { type BrowserDevice, loadBrowserDevice } from '../../src/tensorflow/backend/browser/device.js';
import { eagerProgram } from '../../src/tensorflow/program/eagerProgram.js';
import type { ParityCase } from './cases.js';
import { parityProgram } from './parityProgram.js';
import { type Computed, computeTrial, type Speed, timeTrial } from './trial.js';

/** What the thread does for whoever drives it. */
export interface ParityThread {
  /** First. @returns what computes, in words */
  open(device: BrowserDevice): Promise<string>;
  compute(trial: ParityCase): Promise<Computed>;
  time(trial: ParityCase): Promise<Speed>;
}

const thread: ParityThread = {
  open: (device) => loadBrowserDevice(device, new URL('./', import.meta.url).href),
  compute: (trial) => withProgram(trial, computeTrial),
  time: (trial) => withProgram(trial, timeTrial),
};

async function withProgram<T>(trial: ParityCase, work: typeof computeTrial | typeof timeTrial): Promise<T> {
  const spec = parityProgram(trial);
  const program = eagerProgram(spec);
  try {
    const runner = { run: program.runAsync.bind(program), state: program.stateAsync.bind(program) };
    return (await work(runner, spec, trial)) as T;
  } finally {
    program.dispose();
  }
}

Object.assign(globalThis, { parity: thread });
