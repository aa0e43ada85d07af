import { required } from '../../common/required.js';
import { refuseInside, setVariable, withOwnVariables } from '../backend/ownVariables.js';
import { namingEntry } from '../backend/tensorFlowError.js';
import tf, { type Scalar, type Tensor } from '../backend/tf.js';
import { checkedAssignment } from '../checks/checkedAssignment.js';
import { checkedMinimize } from '../checks/checkedMinimize.js';
import { checkedOutputs } from '../checks/checkedOutputs.js';
import { withProgramGradients } from '../gradients/gradients.js';
import { checkFeeds, feedValues } from '../spec/feeds.js';
import { type OptimizerSpec, updated } from '../spec/optimizers.js';
import type {
  Feed,
  HostArray,
  InputSpec,
  MinimizeOptions,
  Named,
  Program,
  ProgramSpec,
  Step,
} from '../spec/program.js';
import { entryOf } from './entryOf.js';
import { gradientsOf } from './minimize.js';
import { Draws } from './random.js';
import { checkSavedState, type StateSpec, slotSpec } from './savedState.js';

/** A program that can also wait for a device which has no way to be waited for at once: WebGPU. */
export interface EagerProgram extends Program {
  /** As `run`; what is computed is read without holding the thread. */
  runAsync(entry: string, feeds: Named<Feed>): Promise<Named<HostArray>>;
  /** As `state`, read in the same way. */
  stateAsync(): Promise<Named<HostArray>>;
}

/** Run a program op by op through tfjs: works on every backend, and is what the graph form is checked against. */
export function eagerProgram(spec: ProgramSpec): EagerProgram {
  return new OpByOp(spec);
}

class OpByOp implements EagerProgram {
  readonly mode = 'eager';
  readonly #spec: ProgramSpec;
  readonly #variables: Named<tf.Variable> = {};
  /** Optimizer state; made on first use or by `restore`, whichever comes first. */
  readonly #slots: Named<tf.Variable> = {};
  readonly #names = new Map<tf.Variable, string>();

  constructor(spec: ProgramSpec) {
    this.#spec = spec;
    for (const [name, value] of Object.entries(spec.variables))
      this.#variables[name] = this.#named(name, newVariable(value));
  }

  run(entry: string, feeds: Named<Feed>): Named<HostArray> {
    const outputs = this.#compute(entry, feeds);
    try {
      return mapped(outputs, download);
    } finally {
      tf.dispose(outputs);
    }
  }

  async runAsync(entry: string, feeds: Named<Feed>): Promise<Named<HostArray>> {
    const outputs = this.#compute(entry, feeds);
    try {
      return await downloaded(outputs);
    } finally {
      tf.dispose(outputs);
    }
  }

  /** The outputs, for whoever disposes of them. */
  #compute(entry: string, feeds: Named<Feed>): Named<Tensor> {
    refuseInside('runs');
    const { inputs, run } = entryOf(this.#spec, entry);
    checkFeeds(entry, inputs, feeds);
    const draws = new Draws(this.#spec.seed ?? 0, entry, () => this.#count(`random/${entry}`));
    try {
      return tf.tidy(() => {
        const owner = { entry, nameOf: (variable: tf.Variable) => this.#names.get(variable) };
        return withOwnVariables(owner, () => {
          const fed = feedTensors(entry, inputs, feeds);
          const results: unknown = namingEntry(entry, () =>
            withProgramGradients(() => run(fed, this.#step(entry, draws))),
          );
          return checkedOutputs(entry, results);
        });
      });
    } finally {
      draws.dispose();
    }
  }

  state(): Named<HostArray> {
    return mapped(this.#all(), download);
  }

  async stateAsync(): Promise<Named<HostArray>> {
    // Of this moment, whatever step is taken before all is read.
    const copies = tf.tidy(() => mapped(this.#all(), (tensor) => tf.clone(tensor)));
    try {
      return await downloaded(copies);
    } finally {
      tf.dispose(copies);
    }
  }

  #all(): Named<Tensor> {
    const all = { ...this.#variables, ...this.#slots };
    return Object.fromEntries(
      Object.keys(all)
        .sort()
        .map((name) => [name, required(all, name) as Tensor]),
    );
  }

  restore(state: Named<HostArray>): void {
    const { entries } = this.#spec;
    const variables = Object.fromEntries(
      Object.entries(this.#variables).map(([name, variable]) => [name, specOf(variable)]),
    );
    const specs = (name: string) =>
      Object.hasOwn(variables, name) ? variables[name] : slotSpec(name, variables, Object.keys(entries));
    checkSavedState(state, specs, () => Object.keys({ ...variables, ...this.#slots }));
    for (const [name, value] of Object.entries(state)) {
      const known = this.#variables[name] ?? this.#slots[name];
      if (known) tf.tidy(() => setVariable(known, toTensor(value)));
      else this.#slots[name] = this.#named(name, newVariable(value));
    }
  }

  dispose(): void {
    tf.dispose(this.#variables);
    tf.dispose(this.#slots);
  }

  #named(name: string, variable: tf.Variable): tf.Variable {
    this.#names.set(variable, name);
    return variable;
  }

  #step(entry: string, draws: Draws): Step {
    return {
      variables: this.#variables,
      minimize: (loss, options) => this.#minimize(entry, loss, options),
      assign: (name, value) => {
        const given = checkedAssignment(entry, this.#variables, name, value);
        setVariable(required(this.#variables, name), given);
      },
      randomUniform: (shape) => draws.draw('uniform', shape),
      randomNormal: (shape) => draws.draw('normal', shape),
    };
  }

  /** Read an int32 counter, then move it on. */
  #count(name: string): Tensor {
    const counter = this.#slot(name, [], 'int32');
    const before = counter.clone();
    setVariable(counter, tf.add(counter, tf.scalar(1, 'int32')));
    return before;
  }

  #minimize(entry: string, loss: () => Scalar, options: MinimizeOptions) {
    const checked = checkedMinimize(entry, this.#variables, loss, options);
    const { gradients, ...result } = gradientsOf(entry, loss, this.#variables, checked);
    const { group, optimizer, learningRate } = checked;
    const step = this.#slot(`${group}/step`, []);
    setVariable(step, tf.add(step, 1));
    for (const [name, gradient] of Object.entries(gradients))
      this.#move(
        required(this.#variables, name),
        gradient,
        optimizer,
        learningRate,
        step as Tensor as Scalar,
        `${group}/${name}`,
      );
    return result;
  }

  #move(
    variable: tf.Variable,
    gradient: Tensor,
    optimizer: OptimizerSpec,
    learningRate: Scalar,
    step: Scalar,
    prefix: string,
  ) {
    const slots = {
      get: (slot: string): Tensor => this.#slot(`${prefix}/${slot}`, variable.shape),
      set: (slot: string, value: Tensor) =>
        setVariable(this.#slot(`${prefix}/${slot}`, variable.shape), value),
    };
    setVariable(variable, updated(optimizer, { value: variable, gradient, learningRate, step, slots }));
  }

  #slot(name: string, shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): tf.Variable {
    this.#slots[name] ??= this.#named(name, tf.variable(tf.zeros([...shape], dtype), false));
    return this.#slots[name];
  }
}

function newVariable(value: HostArray): tf.Variable {
  return tf.tidy(() => tf.variable(toTensor(value), value.data instanceof Float32Array));
}

function specOf({ shape, dtype }: tf.Variable): StateSpec {
  return { shape, dtype: dtype === 'int32' ? 'int32' : 'float32' };
}

function toTensor({ data, shape }: HostArray): Tensor {
  return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');
}

function download(tensor: Tensor): HostArray {
  return { shape: tensor.shape, data: tensor.dataSync<'float32'>() };
}

async function downloaded(tensors: Named<Tensor>): Promise<Named<HostArray>> {
  const arrays = Object.entries(tensors).map(async ([name, tensor]): Promise<[string, HostArray]> => {
    return [name, { shape: tensor.shape, data: await tensor.data<'float32'>() }];
  });
  return Object.fromEntries(await Promise.all(arrays));
}

function mapped<A, B>(named: Named<A>, to: (value: A) => B): Named<B> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, to(value)]));
}

function feedTensors(entry: string, specs: Named<InputSpec>, feeds: Named<Feed>): Named<Tensor> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      feedTensor(`${entry}.${name}`, spec, required(feeds, name)),
    ]),
  );
}

function feedTensor(name: string, spec: InputSpec, feed: Feed): Tensor {
  const values = feedValues(name, spec, feed);
  const typed = spec.dtype === 'uint8' ? Float32Array.from(values) : values;
  return tf.tensor(typed, [...spec.shape], spec.dtype === 'int32' ? 'int32' : 'float32');
}
