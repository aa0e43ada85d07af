import type { AsyncProgram } from '../../src/tensorflow/program/asyncProgram.js';
import type { ProgramSpec } from '../../src/tensorflow/spec/program.js';
import type { ParityCase } from './cases.js';
import { parityProgram } from './parityProgram.js';
import { type Computed, computeTrial, type Speed, timeTrial } from './trial.js';

/** Whatever computes cases, here or in a browser. */
export interface TrialMachine {
  compute(trial: ParityCase): Promise<Computed>;
  time(trial: ParityCase): Promise<Speed>;
}

/** @param open makes a program on the backend in use */
export function trialMachine(open: (spec: ProgramSpec) => Omit<AsyncProgram, 'restore'>): TrialMachine {
  const working = async <T>(
    trial: ParityCase,
    work: (
      program: AsyncProgram | Omit<AsyncProgram, 'restore'>,
      spec: ProgramSpec,
      trial: ParityCase,
    ) => Promise<T>,
  ): Promise<T> => {
    const spec = parityProgram(trial);
    const program = open(spec);
    try {
      return await work(program, spec, trial);
    } finally {
      program.dispose();
    }
  };
  return {
    compute: (trial) => working(trial, computeTrial),
    time: (trial) => working(trial, timeTrial),
  };
}
