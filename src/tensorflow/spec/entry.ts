import type { Tensor } from '../backend/tf.js';
import type { Entry, InputSpec, Named, Step } from './program.js';
import type { TensorOf } from './tensorTypes.js';

/** The tensors of an entry's inputs, by name; an input that may be left out stays optional. */
type Given<I extends Named<InputSpec>> = {
  readonly [Name in keyof I]: TensorOf<NonNullable<I[Name]>['shape']>;
};

/** An entry whose function knows the names of its inputs, and their ranks where `inputs` states shapes of a fixed length. */
export function entryOf<const I extends Named<InputSpec>>(
  inputs: I,
  run: (inputs: Given<I>, step: Step) => Named<Tensor>,
): Entry {
  return { inputs, run: run as Entry['run'] };
}
