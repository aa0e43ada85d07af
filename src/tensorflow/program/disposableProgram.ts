import { ForeframeError } from '../../common/errors.js';
import type { Program } from '../spec/program.js';

/** The same program; it may be disposed of twice, and using it afterwards is a clear error. */
export function disposable(program: Program): Program {
  let own: Program | undefined = program;
  const working = () => {
    if (own) return own;
    throw new ForeframeError('this program was disposed of: compile another');
  };
  return {
    mode: program.mode,
    run: (entry, feeds) => working().run(entry, feeds),
    state: () => working().state(),
    restore: (state) => working().restore(state),
    dispose: () => {
      own?.dispose();
      own = undefined;
    },
  };
}
