import { crossesThreads } from '../../common/errorRecord.js';
import { type ErrorCode, ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import {
  type Binding,
  DataType,
  type NativeAttr,
  type NativeBackend,
  type NativeTensor,
  type NativeValues,
} from '../backend/native.js';
import type { Tensor } from '../backend/tf.js';
import { attr, constantNode, type GraphNode, node, type Output, output, outputType } from './graph.js';

/** An op that runs in tfjs but has no place in a graph: the program then runs eagerly. */
export class UnsupportedOp extends ForeframeError {
  static override readonly code: ErrorCode = 'unsupported-op';
  readonly op: string;

  constructor(op: string, reason: string) {
    super(`${op} ${reason}`);
    this.op = op;
  }
}
crossesThreads(UnsupportedOp);

/** Ops by which values enter that are not the same in each run. */
const SOURCES = new Set(['Placeholder', 'ReadVariableOp']);
/** Ops whose numbers come from TensorFlow's hidden random state. */
const HIDDEN_RANDOM = new Set(['Multinomial', 'RandomUniform', 'RandomStandardNormal', 'TruncatedNormal']);

/**
 * Ops whose type tfjs-node lets TensorFlow infer, or for which it names the type of the tensor before it was cast
 * (`Mean` of counts or truths). Op by op the actual input decides; so it does in the graph.
 */
const TYPED_BY_INPUT = new Set(['ExpandDims', 'Max', 'Mean', 'Min', 'Prod', 'Sum']);

/**
 * Records what the native backend computes: each op that runs becomes a node whose inputs are found by the
 * identity of the tensors that it took. A tensor that nothing recorded has made is a constant.
 */
export class Recorder {
  readonly nodes: GraphNode[] = [];
  /** Places where user code took the value of a tensor that a graph will compute in each run. */
  readonly reads: Error[] = [];
  readonly #backend: NativeBackend;
  readonly #real: Binding;
  readonly #values = new Map<number, Output>();
  readonly #uploads = new Map<number, { shape: readonly number[]; dtype: number; values: NativeValues }>();
  readonly #origins = new WeakMap<object, Error>();
  /** Nodes whose values change from run to run. */
  readonly #live = new Set<GraphNode>();
  readonly #earlier: readonly GraphNode[] | undefined;
  #paused = false;

  /** @param earlier an earlier recording: what is the same there needs no line of code, which takes long to find */
  constructor(backend: NativeBackend, earlier?: readonly GraphNode[]) {
    this.#backend = backend;
    this.#real = backend.binding;
    this.#earlier = earlier;
  }

  /** Runs `body` and records every op of the backend. */
  record<T>(body: () => T): T {
    const { write } = this.#backend;
    const { stackTraceLimit } = Error;
    this.#backend.binding = this.#recordingBinding();
    this.#backend.write = (values, shape, dtype) => {
      if (!this.#earlier && ArrayBuffer.isView(values)) this.#origins.set(values, new Error());
      return write.call(this.#backend, values, shape, dtype);
    };
    Error.stackTraceLimit = 60;
    try {
      return body();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      Reflect.deleteProperty(this.#backend, 'write');
      this.#backend.binding = this.#real;
    }
  }

  add(added: GraphNode): GraphNode {
    this.nodes.push(added);
    const live = SOURCES.has(added.op) || added.inputs.some(({ node: input }) => this.#live.has(input));
    if (live) this.#live.add(added);
    return added;
  }

  /** The value in the graph that a tensor stands for. */
  valueOf(tensor: Tensor): Output {
    return this.#valueOf(this.#idOf(tensor));
  }

  /** A tensor with its own value, so that the recording can continue; in the graph it is `value`. */
  stand(value: Output, like: Tensor): Tensor {
    const [copy] = this.#unrecorded(() => this.#real.executeOp('Identity', [], [this.#idOf(like)], 1));
    this.#values.set(copy!.id, value);
    return this.#backend.createOutputTensor(copy!);
  }

  /** A tensor of these values that stands for `value` in the graph. */
  feed(value: Output, dtype: number, shape: readonly number[], values: NativeValues): Tensor {
    const id = this.#real.createTensor(shape, dtype, values);
    this.#values.set(id, value);
    return this.#backend.createOutputTensor({ id, shape: [...shape], dtype });
  }

  #idOf(tensor: Tensor): number {
    return this.#backend.getInputTensorIds([tensor])[0]!;
  }

  #unrecorded<T>(body: () => T): T {
    const before = this.#paused;
    this.#paused = true;
    try {
      return body();
    } finally {
      this.#paused = before;
    }
  }

  #recordingBinding(): Binding {
    const real = this.#real;
    const createTensor: Binding['createTensor'] = (shape, dtype, values) => {
      const id = real.createTensor(shape, dtype, values);
      if (ArrayBuffer.isView(values)) this.#uploads.set(id, { shape, dtype, values });
      return id;
    };
    const executeOp: Binding['executeOp'] = (op, attrs, inputs, outputs) => {
      const made = real.executeOp(op, attrs, inputs, outputs);
      if (!this.#paused) this.#recordOp(op, attrs, inputs, made);
      return made;
    };
    const tensorDataSync: Binding['tensorDataSync'] = (id) => {
      if (this.#isComputed(id)) this.#recordRead();
      return real.tensorDataSync(id);
    };
    // The module's own functions are read-only, so they are hidden rather than replaced.
    return Object.create(real, {
      createTensor: { value: createTensor },
      executeOp: { value: executeOp },
      tensorDataSync: { value: tensorDataSync },
    });
  }

  #recordOp(op: string, attrs: readonly NativeAttr[], inputs: readonly number[], made: NativeTensor[]) {
    if (HIDDEN_RANDOM.has(op)) throw new UnsupportedOp(op, 'draws from a hidden random state');
    const text = made.some(({ dtype }) => dtype === DataType.string || dtype === DataType.resource);
    if (text) throw new UnsupportedOp(op, 'computes text or resources');
    const values = inputs.map((id) => this.#valueOf(id));
    if (made.every(isEmpty)) {
      for (const { id, shape, dtype } of made)
        this.#values.set(id, output(this.add(emptyNode(shape, dtype))));
      return;
    }
    const recorded = this.add(
      node(op, {
        attrs: TYPED_BY_INPUT.has(op) ? withType(attrs, outputType(values[0]!).dtype) : attrs,
        inputs: values,
        outputs: made.map(({ shape, dtype }) => ({ shape, dtype })),
        origin: this.#originOf(op),
      }),
    );
    made.forEach(({ id }, index) => {
      this.#values.set(id, output(recorded, index));
    });
  }

  /** tfjs' own gather looks at its indices to check their bounds: TensorFlow does that again in the graph. */
  #recordRead() {
    const read = new Error();
    const kernel = /[\\/]kernels[\\/](\w+)\.js/.exec(read.stack ?? '')?.[1];
    if (kernel === 'GatherV2') return;
    if (kernel) throw new UnsupportedOp(kernel, 'computes in JavaScript');
    this.reads.push(read);
  }

  /** Whether a tensor is computed from inputs or variables, so that its value here is only an example. */
  #isComputed(id: number): boolean {
    const value = this.#values.get(id);
    return value !== undefined && this.#live.has(value.node);
  }

  #valueOf(id: number): Output {
    let value = this.#values.get(id);
    if (!value) {
      value = this.#constant(id);
      this.#values.set(id, value);
    }
    return value;
  }

  #constant(id: number): Output {
    const { shape, dtype, values } = this.#uploads.get(id) ?? this.#download(id);
    if (!ArrayBuffer.isView(values)) throw new UnsupportedOp('text', 'cannot be a constant');
    const origin = this.#origins.get(values) ?? this.#originOf('Const');
    return output(this.add(constantNode({ shape, dtype, values }, origin)));
  }

  /** Where the op comes from that is the next node. */
  #originOf(op: string): Error | undefined {
    return this.#earlier?.[this.nodes.length]?.op === op ? undefined : new Error();
  }

  /** A tensor that was there before the recording. */
  #download(id: number): { shape: number[]; dtype: number; values: NativeValues } {
    const [copy] = this.#real.executeOp('Identity', [], [id], 1);
    const { shape, dtype } = copy!;
    const values = this.#real.tensorDataSync(copy!.id);
    this.#real.deleteTensor(copy!.id);
    return { shape, dtype, values };
  }
}

function isEmpty({ shape, dtype }: NativeTensor): boolean {
  return shape.includes(0) && EMPTY[dtype] !== undefined;
}

const EMPTY: Readonly<Record<number, NativeValues>> = {
  [DataType.float32]: new Float32Array(0),
  [DataType.int32]: new Int32Array(0),
  [DataType.bool]: new Uint8Array(0),
};

/** An empty tensor needs no op; TensorFlow's graph simplification divides by its size and crashes the process. */
function emptyNode(shape: readonly number[], dtype: number): GraphNode {
  return constantNode({ shape, dtype, values: required(EMPTY, String(dtype)) }, new Error());
}

function withType(attrs: readonly NativeAttr[], dtype: number): readonly NativeAttr[] {
  return [...attrs.filter(({ name }) => name !== 'T'), attr.type('T', dtype)];
}
