import { attr, type GraphNode, node, type Output, output, reachable } from './graph.js';
import type { GraphDef } from './graphDef.js';
import type { InputSpec, Named } from './program.js';
import { rewrite } from './rewrite.js';
import type { Trace } from './trace.js';
import { barrier } from './variableTable.js';

/** What to feed and to fetch, by the names in the graph, to run one entry. */
export interface EntryCalls {
  readonly inputs: readonly { readonly name: string; readonly feed: string; readonly spec: InputSpec }[];
  readonly outputs: readonly { readonly name: string; readonly fetch: string; readonly value: Output }[];
  /** Fetched as well, so that all updates of variables have been made. */
  readonly done: string;
}

/** Put a recorded entry into a graph. */
export function addEntry(graph: GraphDef, name: string, specs: Named<InputSpec>, trace: Trace): EntryCalls {
  const outputs = Object.entries(trace.outputs).map(([key, value]) => ({
    name: key,
    value: output(identity(`${name}/outputs/${key}`, value)),
  }));
  const done = barrier(trace.writes, `${name}/done`);
  const roots = [...Object.values(trace.inputs), ...outputs.map(({ value }) => value.node), done];
  rewrite(roots);
  graph.add(reachable(roots), name);
  return {
    inputs: Object.entries(specs).map(([key, spec]) => ({
      name: key,
      feed: graph.nameOf(output(trace.inputs[key]!)),
      spec,
    })),
    outputs: outputs.map((result) => ({ ...result, fetch: graph.nameOf(result.value) })),
    done: graph.nameOf(output(done)),
  };
}

function identity(name: string, value: Output): GraphNode {
  const type = value.node.outputs[value.index]!;
  return node('Identity', { name, inputs: [value], attrs: [attr.type('T', type.dtype)], outputs: [type] });
}
