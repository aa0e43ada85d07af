import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Message } from '../../common/protobuf.js';
import { required } from '../../common/required.js';
import { type Binding, DataType, nativeBackend } from '../backend/native.js';
import { namingFullDisk } from '../backend/tensorFlowError.js';
import { attr, node, type Output, output, outputType, reachable, text } from '../graph/graph.js';
import { GraphDef, shapeProto } from '../graph/graphDef.js';
import { writeSavedModel } from '../graph/savedModel.js';
import { addState, zeros } from '../graph/stateGraph.js';
import { type GraphVariable, readOf, VariableTable } from '../graph/variableTable.js';
import { type PreparedEntry, prepareEntry } from '../program/entryGraph.js';
import { Session } from '../program/session.js';
import type { HostArray, Named } from '../spec/program.js';
import { openEntry, shapesOf } from './openEntry.js';
import type { EntryShapes, SizedProgram } from './sizedProgram.js';

export interface ExportOptions {
  readonly program: SizedProgram;
  /** The variables' values, as from `program.state()`; names that the exported entries do not use are ignored. */
  readonly state: Named<HostArray>;
  /** Which entry answers to which signature, as `{ predict: 'predict', serving_default: 'predict' }`. */
  readonly signatures: Named<string>;
  /** Where to write; must be empty or not there yet. */
  readonly folder: string;
}

/**
 * Write a standard SavedModel: description, graph and a checkpoint of the variables, for Python TensorFlow and TF Serving.
 * @returns the shapes of each signature
 * @throws ForeframeError without native TensorFlow, for an entry that is not there or that cannot become a graph; an error of the
 * code `ENOSPC` when the disk is full.
 */
export function exportSavedModel({ program, state, signatures, folder }: ExportOptions): Named<EntryShapes> {
  const table = new VariableTable();
  const recording = { table, finish: prepareEntry };
  const names = [...new Set(Object.values(signatures))];
  // All are there before the first is written.
  const entries = new Map(names.map((name) => [name, openEntry(name, program, recording)]));
  const graph = new GraphDef();
  const messages = new Map(
    [...entries].map(([name, { recorded }]) => [name, signatureDef(recorded, graph)] as const),
  );
  const saver = addRestore(graph, table.all);
  const { binding } = nativeBackend()!;
  namingFullDisk(() =>
    writeVariables(binding, folder, table.all, (variable) => state[variable.name]?.data ?? zeros(variable)),
  );
  const named = <T>(of: ReadonlyMap<string, T>): Named<T> =>
    Object.fromEntries(
      Object.entries(signatures).map(([signature, entry]) => [signature, required(of, entry)]),
    );
  writeSavedModel(folder, { graph: graph.finish(), signatures: named(messages), saver });
  return named(new Map([...entries].map(([name, entry]) => [name, shapesOf(entry)])));
}

/** Put an entry into the graph, and say how it is called. */
function signatureDef({ name, inputs, outputs, roots }: PreparedEntry, graph: GraphDef): Message {
  graph.add(reachable(roots), name);
  const info = (value: Output) => {
    const { dtype, shape } = outputType(value);
    return new Message().bytes(1, graph.nameOf(value)).int(2, dtype).bytes(3, shapeProto(shape));
  };
  const given = Object.entries(inputs).map(([input, from]) => [input, info(output(from))] as const);
  const made = outputs.map((result) => [result.name, info(result.value)] as const);
  return new Message()
    .map(1, Object.fromEntries(given))
    .map(2, Object.fromEntries(made))
    .bytes(3, 'tensorflow/serving/predict');
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
