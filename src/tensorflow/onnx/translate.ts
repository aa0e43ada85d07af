import { ForeframeError } from '../../common/errors.js';
import type { Message } from '../../common/protobuf.js';
import { required } from '../../common/required.js';
import { DataType } from '../backend/native.js';
import { attribute, type GraphNode, type Output, output, outputType, reachable } from '../graph/graph.js';
import type { HostArray, Named } from '../spec/program.js';
import { OnnxGraph } from './onnxGraph.js';
import { rules } from './rules/index.js';
import { Untranslatable } from './untranslatable.js';

/** A recorded entry, to be translated. */
export interface Translated {
  readonly name: string;
  readonly inputs: Named<GraphNode>;
  readonly outputs: readonly { readonly name: string; readonly value: Output }[];
  /** The sides of a value; text for those that are open. */
  sides(value: Output): readonly (number | string)[];
}

/** Ops that bring values in; all others have a rule. */
const ENTERING = ['Const', 'Placeholder', 'ReadVariableOp', 'VarHandleOp'];

/** Ops of a recorded graph that no rule translates, in the order in which they come. */
export function untranslated(nodes: readonly GraphNode[]): string[] {
  const ops = new Set(nodes.map(({ op }) => op));
  return [...ops].filter((op) => !ENTERING.includes(op) && !Object.hasOwn(rules, op));
}

/**
 * A recorded graph in ONNX's operators, a `GraphProto`.
 * @param about what each input and output means, by name
 * @throws ForeframeError naming an op that has no translation, or when the weights are too large for a file
 */
export function translate(entry: Translated, state: Named<HostArray>, about: Named<string>): Message {
  try {
    return translated(entry, state, about);
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    throw new ForeframeError(
      `${entry.name} cannot be written as ONNX: ${error.message}; export it with --format savedmodel`,
    );
  }
}

function translated(
  { name, inputs, outputs, sides }: Translated,
  state: Named<HostArray>,
  about: Named<string>,
): Message {
  const nodes = reachable(outputs.map(({ value }) => value.node));
  const [missing] = untranslated(nodes);
  if (missing !== undefined) throw new Untranslatable(`there is no translation of ${missing}`);
  const graph = new OnnxGraph();
  const names = new Map<GraphNode, readonly string[]>();
  for (const [key, input] of Object.entries(inputs)) names.set(input, [graph.take(key)]);
  for (const { name: key } of outputs) graph.take(key);
  const of = ({ node, index }: Output) => required(names, node)[index]!;
  for (const node of nodes) {
    if (names.has(node)) continue;
    graph.scope = scopeOf(node);
    names.set(node, entering(node, graph, state) ?? required(rules, node.op)(node, { graph, of }));
  }
  const value = (key: string, from: Output) => {
    const { dtype } = outputType(from);
    return { name: key, dtype, shape: sides(from), about: about[key] };
  };
  return graph.finish(
    name,
    Object.entries(inputs).map(([key, input]) => value(key, output(input))),
    outputs.map(({ name: key, value: from }) => ({ ...value(key, from), of: of(from) })),
  );
}

/** What enters a graph: constants and weights. */
function entering(
  { op, constant, inputs, attrs }: GraphNode,
  graph: OnnxGraph,
  state: Named<HostArray>,
): readonly string[] | undefined {
  if (constant) return [graph.constant(constant)];
  if (op === 'VarHandleOp') return [String(attribute(attrs, 'shared_name'))];
  if (op !== 'ReadVariableOp') return undefined;
  const name = variableOf(inputs[0]!.node);
  const { shape, data } = required(state, name);
  const dtype = data instanceof Int32Array ? DataType.int32 : DataType.float32;
  return [graph.tensor(name, { dtype, shape, values: data })];
}

/** Nodes that take a weight are named after its layer. */
function scopeOf({ inputs }: GraphNode): string {
  const weight = inputs.find(({ node }) => node.op === 'ReadVariableOp');
  if (!weight) return '';
  const name = variableOf(weight.node.inputs[0]!.node);
  return `${name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : name}/`;
}

function variableOf(handle: GraphNode): string {
  return String(attribute(handle.attrs, 'shared_name'));
}
