import { exampleInputs, movedVariables } from './exampleInputs.js';
import { checkTraces } from './guards.js';
import type { NativeBackend } from './native.js';
import type { ProgramSpec } from './program.js';
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
  const first = traceEntry({ ...common, variables: spec.variables, inputs: exampleInputs(entry.inputs, 1) });
  const variables = movedVariables(spec.variables);
  const second = traceEntry({ ...common, variables, inputs: exampleInputs(entry.inputs, 2) });
  checkTraces(entryName, first, second);
  return first;
}
