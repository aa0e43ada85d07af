import { required } from '../../common/required.js';
import { DataType, type NativeBackend } from '../backend/native.js';
import { withOwnVariables } from '../backend/ownVariables.js';
import tf, { type Tensor } from '../backend/tf.js';
import { checkedOutputs } from '../checks/checkedOutputs.js';
import { withProgramGradients } from '../gradients/gradients.js';
import { attr, type GraphNode, node, type Output, output } from '../graph/graph.js';
import { Recorder } from '../graph/recorder.js';
import type { Entry, HostArray, InputSpec, Named } from '../spec/program.js';
import { TraceStep, type TraceStepOptions } from './traceStep.js';

/** One recorded entry: what to feed, what to fetch, what must have run. */
export interface Trace {
  readonly nodes: readonly GraphNode[];
  readonly inputs: Named<GraphNode>;
  readonly outputs: Named<Output>;
  readonly writes: readonly GraphNode[];
  /** Places where user code read a computed value. */
  readonly reads: readonly Error[];
}

export interface TraceOptions extends TraceStepOptions {
  readonly backend: NativeBackend;
  readonly entry: Entry;
  /** Example values of the inputs; the graph keeps none of them. */
  readonly inputs: Named<HostArray>;
  /** An earlier recording of the same entry, if there is one. */
  readonly earlier?: Trace;
}

/** Run an entry once, op by op, on example values, and records what it computes. */
export function traceEntry(options: TraceOptions): Trace {
  const recorder = new Recorder(options.backend, options.earlier?.nodes);
  const step = new TraceStep(recorder, options);
  tf.engine().startScope();
  try {
    const { nodes, tensors } = placeholders(recorder, options);
    const outputs = recorder.record(() => {
      const results = withOwnVariables(step, () => {
        const given: unknown = withProgramGradients(() => options.entry.run(tensors, step));
        return checkedOutputs(options.entryName, given);
      });
      return Object.entries(results).map(([name, tensor]) => [name, recorder.valueOf(tensor)] as const);
    });
    return {
      nodes: recorder.nodes,
      inputs: nodes,
      outputs: Object.fromEntries(outputs),
      writes: step.writes,
      reads: recorder.reads,
    };
  } finally {
    tf.engine().endScope();
    step.dispose();
  }
}

function placeholders(recorder: Recorder, { entry, entryName, inputs }: TraceOptions) {
  const nodes: Named<GraphNode> = {};
  const tensors: Named<Tensor> = {};
  for (const [name, spec] of Object.entries(entry.inputs)) {
    nodes[name] = recorder.add(placeholder(`${entryName}/${name}`, spec));
    const { shape, data } = required(inputs, name);
    const value = spec.dtype === 'uint8' ? recorder.add(castToFloat(nodes[name], shape)) : nodes[name];
    const dtype = spec.dtype === 'int32' ? DataType.int32 : DataType.float32;
    tensors[name] = recorder.feed(output(value), dtype, shape, data);
  }
  return { nodes, tensors };
}

function placeholder(name: string, { dtype, shape }: InputSpec): GraphNode {
  return node('Placeholder', {
    name,
    attrs: [attr.type('dtype', DataType[dtype]), attr.shape('shape', shape)],
    outputs: [{ dtype: DataType[dtype], shape: [...shape] }],
  });
}

function castToFloat(from: GraphNode, shape: readonly number[]): GraphNode {
  return node('Cast', {
    inputs: [output(from)],
    attrs: [
      attr.type('SrcT', DataType.uint8),
      attr.type('DstT', DataType.float32),
      attr.bool('Truncate', false),
    ],
    outputs: [{ dtype: DataType.float32, shape: [...shape] }],
  });
}
