import { ForeframeError } from '../common/errors.js';
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
    const outputs = tf.tidy(() => run(feedTensors(entry, inputs, feeds), this.#step()));
    const arrays = Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [name, download(tensor)]),
    );
    tf.dispose(outputs);
    return arrays;
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

  #step(): Step {
    return {
      variables: this.#variables,
      minimize: (loss, options) => this.#minimize(loss, options),
      assign: (name, value) => {
        this.#variables[name]!.assign(value);
      },
    };
  }

  #minimize(loss: () => Scalar, options: MinimizeOptions) {
    const names = options.variables ?? Object.keys(this.#variables);
    const group = options.name ?? 'optimizer';
    const { value, grads } = tf.variableGrads(
      loss,
      names.map((name) => this.#variables[name]!),
    );
    const gradients = names.map((name) => grads[this.#variables[name]!.name]!);
    const gradientNorm = tf.sqrt(tf.addN(gradients.map((g) => tf.sum(tf.square(g))))) as Scalar;
    const scale = options.clipNorm === undefined ? undefined : clipScale(gradientNorm, options.clipNorm);
    const step = this.#slot(`${group}/step`, []);
    step.assign(tf.add(step, 1));
    names.forEach((name, i) => {
      const variable = this.#variables[name]!;
      const gradient = scale ? tf.mul(gradients[i]!, scale) : gradients[i]!;
      this.#move(
        variable,
        gradient,
        options.optimizer,
        options.learningRate,
        step as Tensor as Scalar,
        `${group}/${name}`,
      );
    });
    return { loss: value, gradientNorm };
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

  #slot(name: string, shape: readonly number[]): tf.Variable {
    this.#slots[name] ??= tf.variable(tf.zeros([...shape]), false);
    return this.#slots[name];
  }
}

/** Factor that brings a gradient of this norm down to `limit` and leaves a shorter one alone. */
export function clipScale(norm: Scalar, limit: number): Scalar {
  return tf.div(limit, tf.maximum(norm, limit)) as Scalar;
}

function newVariable(value: HostArray): tf.Variable {
  return tf.tidy(() => tf.variable(toTensor(value)));
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

function feedTensor(name: string, { shape, dtype }: InputSpec, feed: Feed | undefined): Tensor {
  if (feed === undefined) throw new ForeframeError(`input ${name} is missing`);
  const values = typeof feed === 'number' ? [feed] : feed;
  const size = shape.reduce((a, b) => a * b, 1);
  if (values.length !== size)
    throw new ForeframeError(`input ${name} holds ${values.length} values, [${shape}] needs ${size}`);
  const type = dtype === 'int32' ? 'int32' : 'float32';
  const typed = dtype === 'uint8' ? Float32Array.from(values) : values;
  return tf.tensor(typed, [...shape], type);
}
