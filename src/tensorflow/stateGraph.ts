import { attr, node, output, reachable } from './graph.js';
import type { GraphDef } from './graphDef.js';
import { DataType } from './native.js';
import type { HostArray } from './program.js';
import { barrier, type GraphVariable } from './variableTable.js';

/** What to feed and to fetch to set and to read all variables; in the variables' order. */
export interface StateCalls {
  readonly feeds: readonly string[];
  readonly assigned: string;
  readonly fetches: readonly string[];
}

/** Nodes that set all variables from what is fed, and that read all. */
export function addState(graph: GraphDef, variables: readonly GraphVariable[]): StateCalls {
  const fed = variables.map(({ name, shape, dtype }) =>
    node('Placeholder', {
      name: `state/${name}`,
      attrs: [attr.type('dtype', dtype), attr.shape('shape', shape)],
      outputs: [{ dtype, shape: [...shape] }],
    }),
  );
  const assigns = variables.map(({ handle, dtype, shape }, i) => {
    // Without a copy the variable would share the fed array's memory.
    const copy = node('DeepCopy', {
      inputs: [output(fed[i]!)],
      attrs: [attr.type('T', dtype)],
      outputs: [{ dtype, shape: [...shape] }],
    });
    return node('AssignVariableOp', {
      inputs: [output(handle), output(copy)],
      attrs: [attr.type('dtype', dtype)],
    });
  });
  const assigned = barrier(assigns, 'state/assigned');
  const reads = variables.map(({ handle, dtype, shape }) =>
    node('ReadVariableOp', {
      inputs: [output(handle)],
      attrs: [attr.type('dtype', dtype)],
      outputs: [{ dtype, shape: [...shape] }],
    }),
  );
  graph.add(reachable([assigned, ...reads]), 'state');
  return {
    feeds: fed.map((placeholder) => graph.nameOf(output(placeholder))),
    assigned: graph.nameOf(output(assigned)),
    fetches: reads.map((read) => graph.nameOf(output(read))),
  };
}

/** The first values of a variable that a program does not name: an optimizer's state or a counter. */
export function zeros({ shape, dtype }: GraphVariable): HostArray['data'] {
  const size = shape.reduce((a, b) => a * b, 1);
  return dtype === DataType.int32 ? new Int32Array(size) : new Float32Array(size);
}
