import { required } from '../../common/required.js';
import { attr, type GraphNode, node, type Output, output, reachable } from '../graph/graph.js';
import type { GraphDef } from '../graph/graphDef.js';
import { rewrite } from '../graph/rewrite.js';
import { barrier } from '../graph/variableTable.js';
import type { InputSpec, Named } from '../spec/program.js';
import type { Trace } from './trace.js';

/** What to feed and to fetch, by the names in the graph, to run one entry. */
export interface EntryCalls {
  readonly inputs: readonly { readonly name: string; readonly feed: string; readonly spec: InputSpec }[];
  readonly outputs: readonly { readonly name: string; readonly fetch: string; readonly value: Output }[];
  /** Fetched as well, so that all updates of variables have been made. */
  readonly done: string;
}

/** A recorded entry, rewritten, that is not in a graph yet. */
export interface PreparedEntry {
  readonly name: string;
  readonly inputs: Trace['inputs'];
  readonly outputs: readonly { readonly name: string; readonly value: Output }[];
  readonly done: GraphNode;
  /** The nodes from which all others are reached. */
  readonly roots: readonly GraphNode[];
}

export function prepareEntry(name: string, { inputs, outputs, writes }: Trace): PreparedEntry {
  const named = namedOutputs(name, outputs);
  const done = barrier(writes, `${name}/done`);
  const roots = [...Object.values(inputs), ...named.map(({ value }) => value.node), done];
  rewrite(roots);
  return { name, inputs, outputs: named, done, roots };
}

/** Put an entry into a graph. */
export function addEntry(graph: GraphDef, specs: Named<InputSpec>, entry: PreparedEntry): EntryCalls {
  const { name, inputs, outputs, done, roots } = entry;
  graph.add(reachable(roots), name);
  return {
    inputs: Object.entries(specs).map(([key, spec]) => ({
      name: key,
      feed: graph.nameOf(output(required(inputs, key))),
      spec,
    })),
    outputs: outputs.map((result) => ({ ...result, fetch: graph.nameOf(result.value) })),
    done: graph.nameOf(output(done)),
  };
}

/** A node of its own for each output, whatever gives its value. */
export function namedOutputs(entry: string, outputs: Trace['outputs']): PreparedEntry['outputs'] {
  return Object.entries(outputs).map(([name, value]) => ({
    name,
    value: output(identity(`${entry}/outputs/${name}`, value)),
  }));
}

function identity(name: string, value: Output): GraphNode {
  const type = value.node.outputs[value.index]!;
  return node('Identity', { name, inputs: [value], attrs: [attr.type('T', type.dtype)], outputs: [type] });
}
