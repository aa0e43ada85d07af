import { messageOf } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { DataType, type NativeBackend } from '../backend/native.js';
import { refuseInside } from '../backend/ownVariables.js';
import { namingEntry } from '../backend/tensorFlowError.js';
import { reachable } from '../graph/graph.js';
import { GraphDef } from '../graph/graphDef.js';
import { padColumns } from '../graph/paddedColumns.js';
import { UnsupportedOp } from '../graph/recorder.js';
import { addState, type StateCalls, zeros } from '../graph/stateGraph.js';
import { type GraphVariable, VariableTable } from '../graph/variableTable.js';
import { checkFeeds, feedValues } from '../spec/feeds.js';
import type { Feed, HostArray, Named, Program, ProgramSpec } from '../spec/program.js';
import { checkedTrace } from './checkedTrace.js';
import { addEntry, type EntryCalls, prepareEntry } from './entryGraph.js';
import { entryOf } from './entryOf.js';
import { checkSavedState, type StateSpec } from './savedState.js';
import { Session } from './session.js';
import type { Trace } from './trace.js';

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

class GraphProgram implements Program {
  readonly mode = 'graph';
  readonly #spec: ProgramSpec;
  readonly #session: Session;
  readonly #entries: Named<EntryCalls>;
  readonly #variables: readonly GraphVariable[];
  readonly #state: StateCalls;

  constructor(spec: ProgramSpec, backend: NativeBackend, table: VariableTable, traces: Named<Trace>) {
    this.#spec = spec;
    this.#variables = table.all;
    const graph = new GraphDef();
    const prepared = Object.entries(traces).map(([name, trace]) => prepareEntry(name, trace));
    const nodes = reachable(prepared.flatMap(({ roots }) => roots));
    const paddedOnes = padColumns(nodes, this.#variables);
    this.#entries = Object.fromEntries(
      prepared.map((entry) => [
        entry.name,
        addEntry(graph, required(spec.entries, entry.name).inputs, entry),
      ]),
    );
    this.#state = addState(graph, this.#variables, paddedOnes);
    this.#session = load(backend, graph);
    this.#assign((variable) => spec.variables[variable.name]?.data ?? zeros(variable));
  }

  run(entry: string, feeds: Named<Feed>): Named<HostArray> {
    refuseInside('runs');
    const { inputs } = entryOf(this.#spec, entry);
    checkFeeds(entry, inputs, feeds);
    const calls = required(this.#entries, entry);
    const fed = calls.inputs.map(({ name, feed, spec }) => ({
      name: feed,
      dtype: DataType[spec.dtype],
      shape: spec.shape,
      values: feedValues(`${entry}.${name}`, spec, required(feeds, name)),
    }));
    const fetches = [...calls.outputs.map(({ fetch }) => fetch), calls.done];
    const results = namingEntry(entry, () => this.#session.run(fed, fetches));
    return Object.fromEntries(calls.outputs.map(({ name }, i) => [name, results[i]!]));
  }

  state(): Named<HostArray> {
    if (this.#variables.length === 0) return {};
    const values = this.#session.run([], this.#state.fetches);
    return Object.fromEntries(
      this.#variables.flatMap(({ name, hidden }, i) => (hidden ? [] : [[name, values[i]!] as const])),
    );
  }

  restore(state: Named<HostArray>): void {
    const shown = new Map(
      this.#variables.flatMap((each) => (each.hidden ? [] : [[each.name, each] as const])),
    );
    const specOf = (name: string): StateSpec | undefined => {
      const known = shown.get(name);
      return known && { shape: known.shape, dtype: known.dtype === DataType.int32 ? 'int32' : 'float32' };
    };
    checkSavedState(state, specOf, () => [...shown.keys()]);
    const complete = this.#variables.every(({ name, hidden }) => hidden || state[name]);
    const now = complete ? state : { ...this.state(), ...state };
    this.#assign((variable) => now[variable.name]?.data ?? zeros(variable));
  }

  dispose(): void {
    this.#session.dispose();
  }

  /** Set all variables at once: TensorFlow prepares a graph for every combination of fed values. */
  #assign(value: (variable: GraphVariable) => HostArray['data']) {
    const feeds = this.#variables.map((variable, i) => ({
      name: this.#state.feeds[i]!,
      dtype: variable.dtype,
      shape: variable.shape,
      values: value(variable),
    }));
    this.#session.run(feeds, [this.#state.assigned]);
  }
}

/** TensorFlow checks each op against its own list when it loads a graph. */
function load(backend: NativeBackend, graph: GraphDef): Session {
  try {
    return new Session(backend.binding, graph.finish());
  } catch (error) {
    throw new UnsupportedOp('a part of the graph', `was refused: ${messageOf(error).split('\n')[0]}`);
  }
}
