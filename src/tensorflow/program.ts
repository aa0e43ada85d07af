import type { OptimizerSpec } from './optimizers.js';
import type { Scalar, Tensor } from './tf.js';

/** Things by name: variables, inputs, outputs. */
export type Named<T> = Record<string, T>;

/** An array outside TensorFlow. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** What may be fed: a number for a scalar, else the values in row-major order. */
export type Feed = number | Float32Array | Int32Array | Uint8Array;

/** Shape and type of one input. `uint8` is fed as bytes and reaches the function as float32 in 0 … 255. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'uint8';
}

export interface MinimizeOptions {
  /** With its settings, or by its name alone. */
  readonly optimizer: OptimizerSpec | OptimizerSpec['kind'];
  /** A number is a constant of the program; an input of the entry may change from step to step. */
  readonly learningRate: Scalar | number;
  /** Names of the variables to move; all float32 ones by default. */
  readonly variables?: readonly string[];
  /** Scale the gradient down to this global norm when it is longer. */
  readonly clipNorm?: number;
  /** Name under which the optimizer keeps its state, as `<name>/…`; `optimizer` by default; needed when an entry minimizes more than one loss. */
  readonly name?: string;
}

/** What an entry may do besides computing: read variables, move them down a gradient, set them. */
export interface Step {
  readonly variables: Named<Tensor>;
  /** One optimizer step; statements that follow see the moved variables. Returns the loss before it and the gradient's norm. */
  minimize(loss: () => Scalar, options: MinimizeOptions): { loss: Scalar; gradientNorm: Scalar };
  /** Set a variable; statements that follow see the new value. */
  assign(variable: string, value: Tensor): void;
  /** Numbers in [0, 1), others in each run; the same again from the same seed and restored state. */
  randomUniform(shape: readonly number[]): Tensor;
  /** Numbers from the standard normal distribution, drawn in the same way. */
  randomNormal(shape: readonly number[]): Tensor;
}

/** One way into a program: an ordinary tfjs function of named inputs. */
export interface Entry {
  readonly inputs: Named<InputSpec>;
  run(inputs: Named<Tensor>, step: Step): Named<Tensor>;
}

/** Entry points over shared variables, and the variables' first values. */
export interface ProgramSpec {
  /** Float32Array or Int32Array each. Names that begin with `optimizer/` or `random/` are the program's own. */
  readonly variables: Named<HostArray>;
  readonly entries: Named<Entry>;
  /** Where `step.randomUniform` and `step.randomNormal` start; 0 by default. */
  readonly seed?: number;
}

/** A program ready to run. Every entry sees the same variables. */
export interface Program {
  readonly mode: 'eager' | 'graph';
  /**
   * Compute an entry on what is fed for its inputs. @throws ForeframeError naming the entry or the input: unknown, missing, of another
   * size, of values that its type does not hold.
   */
  run(entry: string, feeds: Named<Feed>): Named<HostArray>;
  /** All variables and all optimizer state, by name: what a checkpoint holds. */
  state(): Named<HostArray>;
  /** Set variables and optimizer state, all or some. @throws ForeframeError for an unknown name, another shape or another type. */
  restore(state: Named<HostArray>): void;
  /** Free the variables. Whatever is asked of the program afterwards fails, but for another `dispose`. */
  dispose(): void;
}
