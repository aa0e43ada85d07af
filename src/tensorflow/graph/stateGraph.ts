import { DataType } from '../backend/native.js';
import type { HostArray } from '../spec/program.js';
import { attr, type GraphNode, node, output, reachable } from './graph.js';
import type { GraphDef } from './graphDef.js';
import { padded, widened, withoutPadding } from './padding.js';
import { barrier, type GraphVariable, readOf } from './variableTable.js';

/** What to feed and to fetch to set and to read all variables; in the variables' order. */
export interface StateCalls {
  readonly feeds: readonly string[];
  readonly assigned: string;
  readonly fetches: readonly string[];
}

/** Nodes that set all variables from what is fed, and that read all. Padding columns of zeros are hidden from the outside. */
export function addState(
  graph: GraphDef,
  variables: readonly GraphVariable[],
  paddedOnes: ReadonlySet<GraphVariable> = new Set(),
): StateCalls {
  const fed = variables.map(({ name, shape, dtype }) =>
    node('Placeholder', {
      name: `state/${name}`,
      attrs: [attr.type('dtype', dtype), attr.shape('shape', shape)],
      outputs: [{ dtype, shape: [...shape] }],
    }),
  );
  const assigns = variables.map((variable, i) => {
    const { handle, dtype } = variable;
    const value = paddedOnes.has(variable) ? padded(output(fed[i]!)) : copied(fed[i]!);
    return node('AssignVariableOp', {
      inputs: [output(handle), output(value)],
      attrs: [attr.type('dtype', dtype)],
    });
  });
  const assigned = barrier(assigns, 'state/assigned');
  const reads = variables.map((variable) => read(variable, paddedOnes.has(variable)));
  graph.add(reachable([assigned, ...reads]), 'state');
  return {
    feeds: fed.map((placeholder) => graph.nameOf(output(placeholder))),
    assigned: graph.nameOf(output(assigned)),
    fetches: reads.map((read) => graph.nameOf(output(read))),
  };
}

/** Without a copy a variable would share the fed array's memory. */
function copied(fed: GraphNode): GraphNode {
  const { outputs } = fed;
  return node('DeepCopy', {
    inputs: [output(fed)],
    attrs: [attr.type('T', outputs[0]!.dtype)],
    outputs,
  });
}

function read(variable: GraphVariable, isPadded: boolean): GraphNode {
  if (!isPadded) return readOf(variable);
  const { shape, dtype } = variable;
  return withoutPadding(output(readOf({ ...variable, shape: widened(shape) })), { dtype, shape: [...shape] });
}

/** The first values of a variable that a program does not name: an optimizer's state or a counter. */
export function zeros({ shape, dtype }: GraphVariable): HostArray['data'] {
  const size = shape.reduce((a, b) => a * b, 1);
  return dtype === DataType.int32 ? new Int32Array(size) : new Float32Array(size);
}
