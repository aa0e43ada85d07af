import type { EntryRunner } from '../../engine/online/streamMemory.js';
import { eagerProgram } from '../../tensorflow/program/eagerProgram.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import { liveProgram } from './liveProgram.js';
import type { LiveSettings } from './messages.js';

/** What runs the network's program and keeps its weights: an `Engine` of Node is one. */
export interface LiveEngine extends EntryRunner {
  /** Weights and the optimizer's state. */
  state(): Promise<Named<HostArray>>;
  /** @throws ForeframeError when the state is that of another model */
  restore(state: Named<HostArray>): Promise<void>;
  dispose(): Promise<void>;
}

/** Op by op in this thread, on whatever backend is loaded. @throws UsageError when the frames are too small for the model */
export function engineHere(settings: LiveSettings): LiveEngine {
  const spec = liveProgram(settings);
  const program = eagerProgram(spec);
  return {
    inputs: Object.fromEntries(Object.entries(spec.entries).map(([name, { inputs }]) => [name, inputs])),
    run: (entry, feeds) => program.runAsync(entry, feeds),
    state: () => program.stateAsync(),
    restore: async (state) => program.restore(state),
    dispose: async () => program.dispose(),
  };
}
