import { ForeframeError } from '../common/errors.js';
import { fusedOptimizer } from './fusedOptimizers.js';
import { attr, float32, type GraphNode, int32, node, type Output, output } from './graph.js';
import { gradientsOf } from './minimize.js';
import { DataType, type NativeBackend } from './native.js';
import type { Entry, HostArray, InputSpec, MinimizeOptions, Named, Step } from './program.js';
import { Draws } from './random.js';
import { Recorder } from './recorder.js';
import tf, { type Scalar, type Tensor } from './tf.js';
import { type GraphVariable, VariableAccess, type VariableTable } from './variableTable.js';

/** One entry as recorded: what to feed, what to fetch, what must have run. */
export interface Trace {
  readonly nodes: readonly GraphNode[];
  readonly inputs: Named<GraphNode>;
  readonly outputs: Named<Output>;
  readonly writes: readonly GraphNode[];
  /** Places where user code read a computed value. */
  readonly reads: readonly Error[];
}

export interface TraceOptions {
  readonly backend: NativeBackend;
  readonly entryName: string;
  readonly entry: Entry;
  readonly table: VariableTable;
  readonly seed: number;
  /** Example values, of the right shapes, on which the entry runs: nothing of them stays. */
  readonly variables: Named<HostArray>;
  readonly inputs: Named<HostArray>;
}

/** Run an entry once, op by op, on example values, and write down what it computes. */
export function traceEntry(options: TraceOptions): Trace {
  const recorder = new Recorder(options.backend);
  const step = new TraceStep(recorder, options);
  tf.engine().startScope();
  try {
    const { nodes, tensors } = placeholders(recorder, options);
    const outputs = recorder.record(() => {
      const results = options.entry.run(tensors, step);
      checkOutputs(options.entryName, results);
      step.checkVariables();
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

function checkOutputs(entry: string, results: Named<Tensor>) {
  if (results instanceof Promise)
    throw new ForeframeError(
      `entry ${entry} is asynchronous: what a graph computes must be an ordinary function`,
    );
  const wrong = Object.entries(results).find(([, value]) => !(value instanceof tf.Tensor));
  if (wrong) throw new ForeframeError(`entry ${entry}: output ${wrong[0]} is no tensor`);
}

function placeholders(recorder: Recorder, { entry, entryName, inputs }: TraceOptions) {
  const nodes: Named<GraphNode> = {};
  const tensors: Named<Tensor> = {};
  for (const [name, spec] of Object.entries(entry.inputs)) {
    nodes[name] = recorder.add(placeholder(`${entryName}/${name}`, spec));
    const { shape, data } = inputs[name]!;
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

/** What an entry may do, done to scratch variables and written down. */
class TraceStep implements Step {
  readonly variables: Named<tf.Variable> = {};
  readonly #recorder: Recorder;
  readonly #table: VariableTable;
  readonly #access: VariableAccess;
  readonly #draws: Draws;
  /** The tensor that each scratch variable held when it was last set here. */
  readonly #held = new Map<tf.Variable, object>();

  constructor(recorder: Recorder, { table, variables, seed, entryName }: TraceOptions) {
    this.#recorder = recorder;
    this.#table = table;
    this.#access = new VariableAccess((added) => recorder.add(added));
    let counter: Tensor | undefined;
    this.#draws = new Draws(seed, entryName, () => {
      counter ??= this.#count(table.declare(`random/${entryName}`, [], { dtype: DataType.int32 }), int32(1));
      return counter;
    });
    tf.tidy(() => {
      for (const [name, value] of Object.entries(variables)) this.#scratch(name, value);
    });
  }

  get writes(): readonly GraphNode[] {
    return this.#access.writes;
  }

  minimize(loss: () => Scalar, options: MinimizeOptions): { loss: Scalar; gradientNorm: Scalar } {
    const { gradients, ...result } = gradientsOf(loss, this.variables, options);
    const group = options.name ?? 'optimizer';
    const counter = this.#table.declare(`${group}/step`, []);
    this.#access.increase(counter, float32(1));
    const step = this.#recorder.stand(this.#access.read(counter), tf.scalar(1)) as Scalar;
    const inGraph = (tensor: Tensor) => this.#recorder.valueOf(tensor);
    const update = fusedOptimizer(options.optimizer, options.learningRate, step, inGraph);
    for (const [name, gradient] of Object.entries(gradients)) {
      const variable = this.#declared(name);
      const slot = (slotName: string, hidden = false) =>
        this.#table.declare(`${group}/${name}/${slotName}`, variable.shape, { hidden });
      update({ variable, gradient: inGraph(gradient), access: this.#access, slot });
      this.#moved(name);
    }
    return result;
  }

  assign(name: string, value: Tensor): void {
    if (!this.variables[name]) throw new ForeframeError(`assign: no variable ${name}`);
    tf.util.assertShapesMatch(this.variables[name].shape, value.shape, `assign ${name}: `);
    this.#access.assign(this.#declared(name), this.#recorder.valueOf(value));
    this.#moved(name);
  }

  randomUniform(shape: readonly number[]): Tensor {
    return this.#draws.draw('uniform', shape);
  }

  randomNormal(shape: readonly number[]): Tensor {
    return this.#draws.draw('normal', shape);
  }

  /** Refuse updates that went past `minimize` and `assign`: they would be lost. */
  checkVariables() {
    for (const [name, variable] of Object.entries(this.variables))
      if (variable.dataId !== this.#held.get(variable))
        throw new ForeframeError(
          `variable ${name} was set by tfjs' own assign or optimizer: use step.assign or step.minimize`,
        );
  }

  dispose() {
    tf.dispose(this.variables);
  }

  #declared(name: string): GraphVariable {
    const variable = this.variables[name]!;
    return this.#table.declare(name, variable.shape, {
      dtype: DataType[variable.dtype as 'float32' | 'int32'],
    });
  }

  #scratch(name: string, { shape, data }: HostArray) {
    const dtype = data instanceof Int32Array ? DataType.int32 : DataType.float32;
    const declared = this.#table.declare(name, shape, { dtype });
    const tensor = this.#recorder.feed(this.#access.read(declared), dtype, shape, data);
    this.#hold(name, tf.variable(tensor, dtype === DataType.float32));
  }

  #hold(name: string, variable: tf.Variable) {
    this.variables[name] = variable;
    this.#held.set(variable, variable.dataId);
  }

  /** The variable has a new value in the graph: give its stand-in an identity of its own. */
  #moved(name: string) {
    const variable = this.variables[name]!;
    variable.assign(this.#recorder.stand(this.#access.read(this.#declared(name)), variable));
    this.#held.set(variable, variable.dataId);
  }

  /** Read an int32 counter, then move it on. */
  #count(counter: GraphVariable, by: Output): Tensor {
    const before = this.#access.read(counter);
    const tensor = this.#recorder.feed(before, DataType.int32, [], Int32Array.of(0));
    this.#access.increase(counter, by);
    return tensor;
  }
}
