import { required } from '../../common/required.js';
import type { NativeBackend } from '../backend/native.js';
import { namingEntry, refusesValues } from '../backend/tensorFlowError.js';
import type { VariableTable } from '../graph/variableTable.js';
import { exampleInputs, exampleKinds, type Kinds, movedVariables } from '../spec/exampleInputs.js';
import type { ProgramSpec } from '../spec/program.js';
import { checkTraces } from './guards.js';
import { type Trace, traceEntry } from './trace.js';

/** Records an entry twice, with different inputs and variables, and refuses it where the two recordings differ. */
export function checkedTrace(
  entryName: string,
  spec: ProgramSpec,
  backend: NativeBackend,
  table: VariableTable,
): Trace {
  const entry = required(spec.entries, entryName);
  const common = { backend, entryName, entry, table, seed: spec.seed ?? 0 };
  return namingEntry(entryName, () =>
    firstThatWorks(exampleKinds(entry.inputs), (kinds) => {
      const inputs = (seed: number) => exampleInputs(entry.inputs, seed, kinds);
      const first = traceEntry({ ...common, variables: spec.variables, inputs: inputs(1) });
      const variables = movedVariables(spec.variables);
      const second = traceEntry({ ...common, variables, inputs: inputs(2), earlier: first });
      checkTraces(entryName, first, second);
      return first;
    }),
  );
}

/** Try example values until an entry takes them: an op may refuse a 0 to divide by, or an index past the end of a short table. */
function firstThatWorks(choices: readonly Kinds[], trace: (kinds: Kinds) => Trace): Trace {
  let failure: unknown;
  for (const kinds of choices) {
    try {
      return trace(kinds);
    } catch (error) {
      if (!refusesValues(error)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}
