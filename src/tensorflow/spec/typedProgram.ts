import type { Tensor } from '../backend/tf.js';
import type { Feed, HostArray, InputSpec, Named, Step } from './program.js';
import type { TensorsOf } from './tensorTypes.js';

// A program whose names TypeScript knows: `ProgramSpec` and `Program` are the same with any names.

/** The inputs of every entry, by the entry's name. */
export type EntryInputs = Named<Named<InputSpec>>;

/**
 * A program's description as `compile` takes it.
 * @typeParam V the variables' first values
 * @typeParam I the inputs of each entry
 * @typeParam E the entries as they are written, for what each returns
 */
export interface TypedSpec<V extends Named<HostArray>, I extends EntryInputs, E extends Named<unknown>> {
  /** Float32Array or Int32Array each. Names that begin with `optimizer/` or `random/` are the program's own. */
  readonly variables: V;
  readonly entries: { readonly [Name in keyof I]: TypedEntry<I[Name], V> } & E;
  /** Where `step.randomUniform` and `step.randomNormal` start; 0 by default. */
  readonly seed?: number;
}

/** One way into such a program. */
export interface TypedEntry<I extends Named<InputSpec>, V extends Named<HostArray>> {
  readonly inputs: I;
  run(inputs: TensorsOf<I>, step: Step<V>): Named<Tensor>;
}

/** Whether a shape may be that of a single value. */
type MayBeSingle<S extends readonly number[]> = S extends readonly [
  infer Size,
  ...infer Rest extends readonly number[],
]
  ? 1 extends Size
    ? MayBeSingle<Rest>
    : false
  : true;

/** Arrays whose every value an input of this type holds. */
interface FedArrays {
  float32: Float32Array | Int32Array | Uint8Array;
  int32: Int32Array | Uint8Array;
  uint8: Uint8Array;
}

/** What may be fed for one input. */
export type FeedOf<S extends InputSpec> =
  | FedArrays[S['dtype']]
  | (MayBeSingle<S['shape']> extends true ? number : never);

/** Values to feed for an entry's inputs; any record where their names are not known. */
export type FeedsOf<I extends Named<InputSpec>> = string extends keyof I
  ? Named<Feed>
  : { readonly [Name in keyof I]: FeedOf<I[Name]> };

/** What comes out of an entry, by name. */
export type OutputsOf<E> = E extends { run: (...given: never[]) => infer Returned }
  ? { [Name in keyof Returned]: HostArray }
  : never;

/** A program's state: its variables, and what it keeps itself under names with a slash, as `optimizer/w/first`. */
export type StateOf<V extends Named<HostArray>> = { [Name in keyof V]: HostArray } & {
  [kept: `${string}/${string}`]: HostArray;
};

/** A program ready to run. Every entry sees the same variables. */
export interface TypedProgram<V extends Named<HostArray>, I extends EntryInputs, E extends Named<unknown>> {
  readonly mode: 'eager' | 'graph';
  /**
   * Compute an entry on what is fed for its inputs. @throws ForeframeError naming the entry or the input: unknown, missing, of another
   * size, of values that its type does not hold.
   */
  run<Name extends keyof I & string>(entry: Name, feeds: FeedsOf<I[Name]>): OutputsOf<E[Name]>;
  /** All variables and all optimizer state, by name: what a checkpoint holds. */
  state(): StateOf<V>;
  /** Set variables and optimizer state, all or some. @throws ForeframeError for an unknown name, another shape or another type. */
  restore(state: Named<HostArray>): void;
  /** Free the variables. Using the program afterwards is an error, except for another `dispose`. */
  dispose(): void;
}
