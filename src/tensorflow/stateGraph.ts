import { attr, type GraphNode, node, output, reachable } from './graph.js';
import type { GraphDef } from './graphDef.js';
import { DataType } from './native.js';
import { type Padding, padded, withoutPadding } from './padding.js';
import type { HostArray } from './program.js';
import { barrier, type GraphVariable } from './variableTable.js';

/** What to feed and to fetch to set and to read all variables; in the variables' order. */
export interface StateCalls {
  readonly feeds: readonly string[];
  readonly assigned: string;
  readonly fetches: readonly string[];
}

/** Nodes that set all variables from what is fed, and that read all. Columns of zeros are nobody's business outside. */
export function addState(
  graph: GraphDef,
  variables: readonly GraphVariable[],
  padding: Padding = new Map(),
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
    const columns = padding.get(variable);
    const value = columns === undefined ? copied(fed[i]!) : padded(output(fed[i]!), columns);
    return node('AssignVariableOp', {
      inputs: [output(handle), output(value)],
      attrs: [attr.type('dtype', dtype)],
    });
  });
  const assigned = barrier(assigns, 'state/assigned');
  const reads = variables.map((variable) => read(variable, padding.get(variable)));
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

function read({ handle, dtype, shape }: GraphVariable, padding = 0): GraphNode {
  const held = padding === 0 ? [...shape] : [shape[0]!, shape[1]! + padding];
  const value = node('ReadVariableOp', {
    inputs: [output(handle)],
    attrs: [attr.type('dtype', dtype)],
    outputs: [{ dtype, shape: held }],
  });
  return padding === 0 ? value : withoutPadding(output(value), { dtype, shape: [...shape] });
}

/** The first values of a variable that a program does not name: an optimizer's state or a counter. */
export function zeros({ shape, dtype }: GraphVariable): HostArray['data'] {
  const size = shape.reduce((a, b) => a * b, 1);
  return dtype === DataType.int32 ? new Int32Array(size) : new Float32Array(size);
}
