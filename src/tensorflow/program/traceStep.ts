import { required } from '../../common/required.js';
import { DataType } from '../backend/native.js';
import { setVariable } from '../backend/ownVariables.js';
import tf, { type Scalar, type Tensor } from '../backend/tf.js';
import { checkedAssignment } from '../checks/checkedAssignment.js';
import { checkedMinimize } from '../checks/checkedMinimize.js';
import { float32, type GraphNode, int32, type Output } from '../graph/graph.js';
import type { Recorder } from '../graph/recorder.js';
import { type GraphVariable, VariableAccess, type VariableTable } from '../graph/variableTable.js';
import type { HostArray, MinimizeOptions, Named, Step } from '../spec/program.js';
import { fusedOptimizer } from './fusedOptimizers.js';
import { gradientsOf } from './minimize.js';
import { Draws } from './random.js';

export interface TraceStepOptions {
  readonly entryName: string;
  readonly table: VariableTable;
  readonly seed: number;
  /** Example values, of the right shapes: the real variables are never touched. */
  readonly variables: Named<HostArray>;
}

/** The step of an entry during recording: it works on scratch variables, and is recorded. */
export class TraceStep implements Step {
  readonly entry: string;
  readonly variables: Named<tf.Variable> = {};
  readonly #recorder: Recorder;
  readonly #table: VariableTable;
  readonly #access: VariableAccess;
  readonly #draws: Draws;
  readonly #names = new Map<tf.Variable, string>();

  constructor(recorder: Recorder, { table, variables, seed, entryName }: TraceStepOptions) {
    this.entry = entryName;
    this.#recorder = recorder;
    this.#table = table;
    this.#access = new VariableAccess((added) => recorder.add(added));
    this.#draws = new Draws(seed, entryName, () =>
      this.#count(table.declare(`random/${entryName}`, [], { dtype: DataType.int32 }), int32(1)),
    );
    tf.tidy(() => {
      for (const [name, value] of Object.entries(variables)) this.#scratch(name, value);
    });
  }

  get writes(): readonly GraphNode[] {
    return this.#access.writes;
  }

  minimize(loss: () => Scalar, options: MinimizeOptions): { loss: Scalar; gradientNorm: Scalar } {
    const checked = checkedMinimize(this.entry, this.variables, loss, options);
    const { gradients, ...result } = gradientsOf(this.entry, loss, this.variables, checked);
    const { group, optimizer, learningRate } = checked;
    const counter = this.#table.declare(`${group}/step`, []);
    this.#access.increase(counter, float32(1));
    const step = this.#recorder.stand(this.#access.read(counter), tf.scalar(1)) as Scalar;
    const inGraph = (tensor: Tensor) => this.#recorder.valueOf(tensor);
    const update = fusedOptimizer(optimizer, learningRate, step, inGraph);
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
    const given = checkedAssignment(this.entry, this.variables, name, value);
    this.#access.assign(this.#declared(name), this.#recorder.valueOf(given));
    this.#moved(name);
  }

  randomUniform(shape: readonly number[]): Tensor {
    return this.#draws.draw('uniform', shape);
  }

  randomNormal(shape: readonly number[]): Tensor {
    return this.#draws.draw('normal', shape);
  }

  /** The name of a variable in the program; undefined for a variable that does not belong to it. */
  readonly nameOf = (variable: tf.Variable) => this.#names.get(variable);

  dispose() {
    tf.dispose(this.variables);
    this.#draws.dispose();
  }

  #declared(name: string): GraphVariable {
    const variable = required(this.variables, name);
    return this.#table.declare(name, variable.shape, {
      dtype: DataType[variable.dtype as 'float32' | 'int32'],
    });
  }

  #scratch(name: string, { shape, data }: HostArray) {
    const dtype = data instanceof Int32Array ? DataType.int32 : DataType.float32;
    const declared = this.#table.declare(name, shape, { dtype });
    const tensor = this.#recorder.feed(this.#access.read(declared), dtype, shape, data);
    const variable = tf.variable(tensor, dtype === DataType.float32);
    this.variables[name] = variable;
    this.#names.set(variable, name);
  }

  /** The variable has a new value in the graph: its stand-in gets a new identity. */
  #moved(name: string) {
    const variable = required(this.variables, name);
    setVariable(variable, this.#recorder.stand(this.#access.read(this.#declared(name)), variable));
  }

  /** Read an int32 counter, then move it on. */
  #count(counter: GraphVariable, by: Output): Tensor {
    const before = this.#access.read(counter);
    const tensor = this.#recorder.feed(before, DataType.int32, [], Int32Array.of(0));
    this.#access.increase(counter, by);
    return tensor;
  }
}
