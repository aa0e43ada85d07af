import tf from '../backend/tf.js';
import { checkSpec } from '../spec/checkSpec.js';
import type { Feed, HostArray, Named, ProgramSpec } from '../spec/program.js';
import { compile } from './compile.js';
import { eagerProgram } from './eagerProgram.js';

/** A program on any backend: what is computed is waited for. */
export interface AsyncProgram {
  run(entry: string, feeds: Named<Feed>): Promise<Named<HostArray>>;
  state(): Promise<Named<HostArray>>;
  restore(state: Named<HostArray>): void;
  dispose(): void;
}

/** `compile` for any backend: op by op on WebGPU, which cannot be read without waiting. @throws ForeframeError as `compile` */
export function compileAsync(spec: ProgramSpec): AsyncProgram {
  if (tf.getBackend() !== 'webgpu') {
    const program = compile(spec);
    return {
      run: async (entry, feeds) => program.run(entry, feeds),
      state: async () => program.state(),
      restore: (state) => program.restore(state),
      dispose: () => program.dispose(),
    };
  }
  checkSpec(spec);
  const program = eagerProgram(spec);
  return {
    run: async (entry, feeds) => owned(await program.runAsync(entry, feeds)),
    state: async () => owned(await program.stateAsync()),
    restore: (state) => program.restore(state),
    dispose: () => program.dispose(),
  };
}

/** Copies: the backend keeps what was read, and computes with it. Whoever is given arrays may hand them to another thread. */
function owned(arrays: Named<HostArray>): Named<HostArray> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  );
}
