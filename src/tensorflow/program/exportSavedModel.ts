import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { Message } from '../../common/protobuf.js';
import { required } from '../../common/required.js';
import { type Binding, DataType, nativeBackend } from '../backend/native.js';
import { namingFullDisk } from '../backend/tensorFlowError.js';
import { attr, node, type Output, output, outputType, reachable, text } from '../graph/graph.js';
import { GraphDef, shapeProto } from '../graph/graphDef.js';
import { writeSavedModel } from '../graph/savedModel.js';
import { addState, zeros } from '../graph/stateGraph.js';
import { type GraphVariable, readOf, VariableTable } from '../graph/variableTable.js';
import type { HostArray, Named, ProgramSpec } from '../spec/program.js';
import { checkedTrace } from './checkedTrace.js';
import { addEntry, type EntryCalls, prepareEntry } from './entryGraph.js';
import { Session } from './session.js';

export interface ExportOptions {
  readonly spec: ProgramSpec;
  /** The variables' values, as from `program.state()`; names that the exported entries do not use are ignored. */
  readonly state: Named<HostArray>;
  /** Which entry answers to which signature, as `{ predict: 'predict', serving_default: 'predict' }`. */
  readonly signatures: Named<string>;
  /** Where to write; must be empty or not there yet. */
  readonly folder: string;
}

/**
 * Write a standard SavedModel: description, graph and a checkpoint of the variables, for Python TensorFlow and TF Serving.
 * @throws ForeframeError without native TensorFlow, for an entry that is not there or that cannot become a graph; an error of the
 * code `ENOSPC` when the disk is full.
 */
export function exportSavedModel({ spec, state, signatures, folder }: ExportOptions): void {
  const backend = nativeBackend();
  if (!backend)
    throw new ForeframeError('a SavedModel can only be written with native TensorFlow: see foreframe doctor');
  const unknown = Object.values(signatures).find((entry) => !spec.entries[entry]);
  if (unknown !== undefined)
    throw new ForeframeError(`no entry ${unknown}; there are: ${Object.keys(spec.entries).join(', ')}`);
  const table = new VariableTable();
  const graph = new GraphDef();
  const entries = [...new Set(Object.values(signatures))].map((entry) => {
    const trace = checkedTrace(entry, spec, backend, table);
    const calls = addEntry(graph, required(spec.entries, entry).inputs, prepareEntry(entry, trace));
    if (trace.writes.length > 0)
      throw new ForeframeError(`entry ${entry} changes variables: a served model must not`);
    return [entry, calls] as const;
  });
  const calls = new Map(entries);
  const messages = Object.entries(signatures).map(
    ([signature, entry]) => [signature, signatureDef(required(calls, entry))] as const,
  );
  const saver = addRestore(graph, table.all);
  namingFullDisk(() =>
    writeVariables(
      backend.binding,
      folder,
      table.all,
      (variable) => state[variable.name]?.data ?? zeros(variable),
    ),
  );
  writeSavedModel(folder, { graph: graph.finish(), signatures: Object.fromEntries(messages), saver });
}

function signatureDef({ inputs, outputs }: EntryCalls): Message {
  const input = inputs.map(
    ({ name, feed, spec }) => [name, tensorInfo(feed, DataType[spec.dtype], spec.shape)] as const,
  );
  const result = outputs.map(({ name, fetch, value }) => {
    const { dtype, shape } = outputType(value);
    return [name, tensorInfo(fetch, dtype, shape)] as const;
  });
  return new Message()
    .map(1, Object.fromEntries(input))
    .map(2, Object.fromEntries(result))
    .bytes(3, 'tensorflow/serving/predict');
}

function tensorInfo(name: string, dtype: number, shape: readonly number[]): Message {
  return new Message().bytes(1, name).int(2, dtype).bytes(3, shapeProto(shape));
}

/** The path of the checkpoint, as TensorFlow's loader feeds it. */
function checkpointPath(): Output {
  return output(
    node('PlaceholderWithDefault', {
      name: 'save/Const',
      inputs: [text('variables/variables')],
      attrs: [attr.type('dtype', DataType.string), attr.shape('shape', [])],
      outputs: [{ dtype: DataType.string, shape: [] }],
    }),
  );
}

/** Names of all variables in the checkpoint, and that each is whole. */
function checkpointNames(variables: readonly GraphVariable[]): Output[] {
  return [text(variables.map(({ name }) => name)), text(variables.map(() => ''))];
}

/** Nodes that restore all variables from a checkpoint, and the message that names them. */
function addRestore(graph: GraphDef, variables: readonly GraphVariable[]): Message {
  const path = checkpointPath();
  const restored = node('RestoreV2', {
    name: 'save/RestoreV2',
    inputs: [path, ...checkpointNames(variables)],
    attrs: [
      attr.type(
        'dtypes',
        variables.map(({ dtype }) => dtype),
      ),
    ],
    outputs: variables.map(({ dtype, shape }) => ({ dtype, shape: [...shape] })),
  });
  const assigns = variables.map(({ handle, dtype }, i) =>
    node('AssignVariableOp', {
      inputs: [output(handle), output(restored, i)],
      attrs: [attr.type('dtype', dtype)],
    }),
  );
  const all = node('NoOp', { name: 'save/restore_all', after: assigns });
  const saved = save(path, variables);
  graph.add(reachable([all, saved]), 'save');
  return new Message()
    .bytes(1, graph.nameOf(path))
    .bytes(2, graph.nameOf(output(saved)))
    .bytes(3, graph.nodeName(all))
    .int(7, 2);
}

/** The path again, once all variables are written there. */
function save(path: Output, variables: readonly GraphVariable[]) {
  const reads = variables.map((variable) => output(readOf(variable)));
  const written = node('SaveV2', {
    name: 'save/SaveV2',
    inputs: [path, ...checkpointNames(variables), ...reads],
    attrs: [
      attr.type(
        'dtypes',
        variables.map(({ dtype }) => dtype),
      ),
    ],
  });
  return node('Identity', {
    name: 'save/control_dependency',
    inputs: [path],
    after: [written],
    attrs: [attr.type('T', DataType.string)],
    outputs: [{ dtype: DataType.string, shape: [] }],
  });
}

/** Write the checkpoint by TensorFlow's own op, from a graph of nothing but the variables. */
function writeVariables(
  binding: Binding,
  folder: string,
  variables: readonly GraphVariable[],
  value: (variable: GraphVariable) => HostArray['data'],
): void {
  const graph = new GraphDef();
  const path = checkpointPath();
  const saved = save(path, variables);
  const { feeds, assigned } = addState(graph, variables);
  graph.add(reachable([saved]), 'save');
  const names = { path: graph.nameOf(path), saved: graph.nameOf(output(saved)) };
  const session = new Session(binding, graph.finish());
  try {
    const fed = variables.map((variable, i) => ({
      name: feeds[i]!,
      dtype: variable.dtype,
      shape: variable.shape,
      values: value(variable),
    }));
    session.run(fed, [assigned]);
    const files = join(folder, 'variables');
    mkdirSync(files, { recursive: true });
    const prefix = new TextEncoder().encode(join(files, 'variables'));
    session.run([{ name: names.path, dtype: DataType.string, shape: [], values: [prefix] }], [names.saved]);
  } finally {
    session.dispose();
  }
}
