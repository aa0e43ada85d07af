import { messageOf } from '../common/errors.js';
import { exampleInputs, exampleKinds, type Kinds, movedVariables } from './exampleInputs.js';
import { checkTraces } from './guards.js';
import type { NativeBackend } from './native.js';
import type { ProgramSpec } from './program.js';
import { namingEntry } from './tensorFlowError.js';
import { type Trace, traceEntry } from './trace.js';
import type { VariableTable } from './variableTable.js';

/** Record an entry twice, on different inputs and variables, and refuse it where the two are not the same. */
export function checkedTrace(
  entryName: string,
  spec: ProgramSpec,
  backend: NativeBackend,
  table: VariableTable,
): Trace {
  const entry = spec.entries[entryName]!;
  const common = { backend, entryName, entry, table, seed: spec.seed ?? 0 };
  return namingEntry(entryName, () =>
    firstThatWorks(exampleKinds(entry.inputs), (kinds) => {
      const inputs = (seed: number) => exampleInputs(entry.inputs, seed, kinds);
      const first = traceEntry({ ...common, variables: spec.variables, inputs: inputs(1) });
      const variables = movedVariables(spec.variables);
      const second = traceEntry({ ...common, variables, inputs: inputs(2) });
      checkTraces(entryName, first, second);
      return first;
    }),
  );
}

/** Errors that other values may not meet: TensorFlow's own, and tfjs-node's look at the indices of a gather. */
const OF_VALUES = /^(Invalid TF_Status|GatherV2: the index)/;

/** Try example values until an entry takes them: an op may refuse a 0 to divide by, or an index past the end of a short table. */
function firstThatWorks(choices: readonly Kinds[], trace: (kinds: Kinds) => Trace): Trace {
  let failure: unknown;
  for (const kinds of choices) {
    try {
      return trace(kinds);
    } catch (error) {
      if (!OF_VALUES.test(messageOf(error))) throw error;
      failure ??= error;
    }
  }
  throw failure;
}
