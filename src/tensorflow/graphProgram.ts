import { ForeframeError } from '../common/errors.js';
import { exampleInputs, movedVariables } from './examples.js';
import { feedValues } from './feeds.js';
import { attr, type GraphNode, node, type Output, output, reachable } from './graph.js';
import { GraphDef } from './graphDef.js';
import { checkTraces } from './guards.js';
import { DataType, type NativeBackend, type NativeValues } from './native.js';
import type { Feed, HostArray, InputSpec, Named, Program, ProgramSpec } from './program.js';
import { rewrite } from './rewrite.js';
import { Session } from './savedModel.js';
import { type Trace, traceEntry } from './trace.js';
import { barrier, type GraphVariable, VariableTable } from './variableTable.js';

/**
 * Record every entry of a program and load all as one TensorFlow graph.
 * @throws ForeframeError where a value would freeze, UnsupportedOp where an op has no place in a graph.
 */
export function graphProgram(spec: ProgramSpec, backend: NativeBackend): Program {
  const table = new VariableTable();
  const traces = Object.keys(spec.entries).map(
    (name) => [name, checkedTrace(name, spec, backend, table)] as const,
  );
  return new GraphProgram(spec, backend, table, Object.fromEntries(traces));
}

function checkedTrace(
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

/** Names of what to feed and to fetch for one entry. */
interface Calls {
  readonly inputs: readonly { name: string; feed: string; spec: InputSpec }[];
  readonly outputs: readonly string[];
  readonly fetches: readonly string[];
}

class GraphProgram implements Program {
  readonly mode = 'graph';
  readonly #backend: NativeBackend;
  readonly #session: Session;
  readonly #calls: Named<Calls>;
  readonly #variables: readonly GraphVariable[];
  readonly #state: { feeds: readonly string[]; assigned: string; fetches: readonly string[] };

  constructor(spec: ProgramSpec, backend: NativeBackend, table: VariableTable, traces: Named<Trace>) {
    this.#backend = backend;
    this.#variables = table.all;
    const graph = new GraphDef();
    this.#calls = Object.fromEntries(
      Object.entries(traces).map(([name, trace]) => [
        name,
        addEntry(graph, name, spec.entries[name]!.inputs, trace),
      ]),
    );
    this.#state = addState(graph, this.#variables);
    this.#session = new Session(backend.binding, graph.finish());
    this.#assign(spec.variables, () => zeros);
  }

  run(entry: string, feeds: Named<Feed>): Named<HostArray> {
    const calls = this.#calls[entry];
    if (!calls)
      throw new ForeframeError(`no entry ${entry}; there are: ${Object.keys(this.#calls).join(', ')}`);
    const fed: { name: string; dtype: number; shape: readonly number[]; values: NativeValues }[] =
      calls.inputs.map(({ name, feed, spec }) => ({
        name: feed,
        dtype: DataType[spec.dtype],
        shape: spec.shape,
        values: feedValues(`${entry}.${name}`, spec, feeds[name]),
      }));
    const results = this.#fetch(fed, calls.fetches);
    return Object.fromEntries(calls.outputs.map((name, i) => [name, results[i]!]));
  }

  state(): Named<HostArray> {
    const values = this.#fetch([], this.#state.fetches);
    return Object.fromEntries(
      this.#variables.flatMap(({ name, hidden }, i) => (hidden ? [] : [[name, values[i]!] as const])),
    );
  }

  restore(state: Named<HostArray>): void {
    for (const [name, { shape }] of Object.entries(state)) {
      const known = this.#variables.find((variable) => variable.name === name && !variable.hidden);
      if (!known) throw new ForeframeError(`the program has no variable ${name} that the saved state names`);
      if (known.shape.join() !== shape.join())
        throw new ForeframeError(`variable ${name} is [${known.shape}], the saved one is [${shape}]`);
    }
    const complete = this.#variables.every(({ name, hidden }) => hidden || state[name]);
    const now = complete ? {} : this.state();
    this.#assign(state, ({ name }) => now[name]?.data ?? zeros);
  }

  dispose(): void {
    this.#session.dispose();
  }

  /** Set all variables at once, from `values` where they are named there. */
  #assign(
    values: Named<HostArray>,
    otherwise: (variable: GraphVariable) => HostArray['data'] | typeof zeros,
  ) {
    const feeds = this.#variables.map((variable, i) => {
      const given = values[variable.name]?.data ?? otherwise(variable);
      return {
        name: this.#state.feeds[i]!,
        dtype: variable.dtype,
        shape: variable.shape,
        values: typeof given === 'function' ? given(variable) : given,
      };
    });
    this.#fetch(feeds, [this.#state.assigned]);
  }

  #fetch(
    feeds: readonly { name: string; dtype: number; shape: readonly number[]; values: NativeValues }[],
    fetches: readonly string[],
  ): HostArray[] {
    const { binding } = this.#backend;
    const fed = feeds.map(({ name, dtype, shape, values }) => ({
      name,
      tensor: binding.createTensor(shape, dtype, values),
    }));
    try {
      return this.#session.run(fed, fetches).map(({ id, shape }) => {
        const data = binding.tensorDataSync(id);
        binding.deleteTensor(id);
        return { shape, data };
      });
    } finally {
      for (const { tensor } of fed) binding.deleteTensor(tensor);
    }
  }
}
