import { ForeframeError } from '../common/errors.js';
import { feedValues } from './feeds.js';
import { withProgramGradients } from './gradients.js';
import { gradientsOf } from './minimize.js';
import { type OptimizerSpec, updated } from './optimizers.js';
import type {
  Feed,
  HostArray,
  InputSpec,
  MinimizeOptions,
  Named,
  Program,
  ProgramSpec,
  Step,
} from './program.js';
import { Draws } from './random.js';
import tf, { type Scalar, type Tensor } from './tf.js';

/** Run a program op by op through tfjs: works on every backend, and is what the graph form is checked against. */
export function eagerProgram(spec: ProgramSpec): Program {
  return new EagerProgram(spec);
}

class EagerProgram implements Program {
  readonly mode = 'eager';
  readonly #spec: ProgramSpec;
  readonly #variables: Named<tf.Variable> = {};
  /** Optimizer state; made on first use or by `restore`, whichever comes first. */
  readonly #slots: Named<tf.Variable> = {};

  constructor(spec: ProgramSpec) {
    this.#spec = spec;
    for (const [name, value] of Object.entries(spec.variables)) this.#variables[name] = newVariable(value);
  }

  run(entry: string, feeds: Named<Feed>): Named<HostArray> {
    const { inputs, run } = this.#entry(entry);
    const draws = new Draws(this.#spec.seed ?? 0, entry, () => this.#count(`random/${entry}`));
    try {
      const outputs = tf.tidy(() =>
        own(withProgramGradients(() => run(feedTensors(entry, inputs, feeds), this.#step(draws)))),
      );
      const arrays = Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, download(tensor)]),
      );
      tf.dispose(outputs);
      return arrays;
    } finally {
      draws.dispose();
    }
  }

  state(): Named<HostArray> {
    const all = { ...this.#variables, ...this.#slots };
    return Object.fromEntries(
      Object.keys(all)
        .sort()
        .map((name) => [name, download(all[name]!)]),
    );
  }

  restore(state: Named<HostArray>): void {
    for (const [name, value] of Object.entries(state)) {
      const known = this.#variables[name] ?? this.#slots[name];
      if (!known) {
        this.#slots[name] = newVariable(value);
        continue;
      }
      if (known.shape.join() !== value.shape.join())
        throw new ForeframeError(`variable ${name} is [${known.shape}], the saved one is [${value.shape}]`);
      tf.tidy(() => known.assign(toTensor(value)));
    }
  }

  dispose(): void {
    tf.dispose(this.#variables);
    tf.dispose(this.#slots);
  }

  #entry(name: string) {
    const entry = this.#spec.entries[name];
    if (!entry)
      throw new ForeframeError(`no entry ${name}; there are: ${Object.keys(this.#spec.entries).join(', ')}`);
    return entry;
  }

  #step(draws: Draws): Step {
    return {
      variables: this.#variables,
      minimize: (loss, options) => this.#minimize(loss, options),
      assign: (name, value) => {
        if (!this.#variables[name]) throw new ForeframeError(`assign: no variable ${name}`);
        this.#variables[name].assign(value);
      },
      randomUniform: (shape) => draws.draw('uniform', shape),
      randomNormal: (shape) => draws.draw('normal', shape),
    };
  }

  /** Read an int32 counter, then move it on. */
  #count(name: string): Tensor {
    const counter = this.#slot(name, [], 'int32');
    const before = counter.clone();
    counter.assign(tf.add(counter, tf.scalar(1, 'int32')));
    return before;
  }

  #minimize(loss: () => Scalar, options: MinimizeOptions) {
    const { gradients, ...result } = gradientsOf(loss, this.#variables, options);
    const group = options.name ?? 'optimizer';
    const { optimizer, learningRate } = options;
    const step = this.#slot(`${group}/step`, []);
    step.assign(tf.add(step, 1));
    for (const [name, gradient] of Object.entries(gradients))
      this.#move(
        this.#variables[name]!,
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
      set: (slot: string, value: Tensor) => this.#slot(`${prefix}/${slot}`, variable.shape).assign(value),
    };
    variable.assign(updated(optimizer, { value: variable, gradient, learningRate, step, slots }));
  }

  #slot(name: string, shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): tf.Variable {
    this.#slots[name] ??= tf.variable(tf.zeros([...shape], dtype), false);
    return this.#slots[name];
  }
}

function newVariable(value: HostArray): tf.Variable {
  return tf.tidy(() => tf.variable(toTensor(value)));
}

/** Outputs that may be disposed: a variable returned as it is stays the program's. */
function own(outputs: Named<Tensor>): Named<Tensor> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [
      name,
      tensor instanceof tf.Variable ? tensor.clone() : tensor,
    ]),
  );
}

function toTensor({ data, shape }: HostArray): Tensor {
  return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');
}

function download(tensor: Tensor): HostArray {
  return { shape: tensor.shape, data: tensor.dataSync<'float32'>() };
}

function feedTensors(entry: string, specs: Named<InputSpec>, feeds: Named<Feed>): Named<Tensor> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, feedTensor(`${entry}.${name}`, spec, feeds[name])]),
  );
}

function feedTensor(name: string, spec: InputSpec, feed: Feed | undefined): Tensor {
  const values = feedValues(name, spec, feed);
  const typed = spec.dtype === 'uint8' ? Float32Array.from(values) : values;
  return tf.tensor(typed, [...spec.shape], spec.dtype === 'int32' ? 'int32' : 'float32');
}
