import type { Scalar, Tensor } from '../backend/tf.js';
import type { OptimizerSpec } from './optimizers.js';
import type { TensorsOf } from './tensorTypes.js';

/** Things by name: variables, inputs, outputs. */
export type Named<T> = Record<string, T>;

/** An array outside TensorFlow. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Values to feed: a number for a scalar, otherwise the values in row-major order. */
export type Feed = number | Float32Array | Int32Array | Uint8Array;

/** Shape and type of one input. `uint8` is fed as bytes and reaches the function as float32 in 0 … 255. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'uint8';
}

/** @typeParam Name names of the program's variables */
export interface MinimizeOptions<Name extends string = string> {
  /** With its settings, or by its name alone. */
  readonly optimizer: OptimizerSpec | OptimizerSpec['kind'];
  /** A number is a constant of the program; an input of the entry may change from step to step. */
  readonly learningRate: Scalar | number;
  /** Names of the variables to train; all float32 ones by default. */
  readonly variables?: readonly Name[];
  /** Scale the gradient down to this global norm when it is longer. */
  readonly clipNorm?: number;
  /** Name under which the optimizer keeps its state, as `<name>/…`; `optimizer` by default; needed when an entry minimizes more than one loss. */
  readonly name?: string;
}

/**
 * What an entry may do besides computing: read variables, move them down a gradient, set them.
 * @typeParam V the variables' first values by name; where they are known, so are the names and ranks of `variables`
 */
export interface Step<V extends Named<HostArray> = Named<HostArray>> {
  readonly variables: TensorsOf<V>;
  /** One optimizer step; statements that follow see the moved variables. Returns the loss before it and the gradient's norm. */
  minimize(
    loss: () => Scalar,
    options: MinimizeOptions<keyof V & string>,
  ): { loss: Scalar; gradientNorm: Scalar };
  /** Set a variable; statements that follow see the new value. */
  assign(variable: keyof V & string, value: Tensor): void;
  /** Numbers in [0, 1), new in each run; the same seed and restored state repeat them. */
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
  /** Free the variables. Using the program afterwards is an error, except for another `dispose`. */
  dispose(): void;
}
