import type { Random } from '../../src/common/random.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';

/** A value of a random program, as known while the program is made up. */
export interface Value {
  readonly index: number;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** An op of a random program: which values it takes, and what it does with them. */
export interface Chosen {
  readonly name: string;
  readonly takes: readonly Value[];
  readonly apply: (...values: Tensor[]) => Tensor;
  /** tfjs has no gradient through it: values computed from it stay out of losses. */
  readonly flat?: boolean;
}

/** What a kind of op needs in order to choose its operands and settings. */
export interface Pool {
  readonly random: Random;
  /** A value that fits; undefined when there is none. */
  pick(fits: (value: Value) => boolean): Value | undefined;
}

/** Chooses an op of its kind, if the values at hand serve. */
export type Maker = (pool: Pool) => Chosen | undefined;

export const isFloat = ({ dtype }: Value) => dtype === 'float32';
export const isWhole = ({ dtype }: Value) => dtype === 'int32';
export const isTruth = ({ dtype }: Value) => dtype === 'bool';
export const sizeOf = ({ shape }: Value) => shape.reduce((a, b) => a * b, 1);
export const among = <T>(random: Random, all: readonly T[]): T => all[random.integer(all.length)]!;
export const positive = (x: Tensor) => tf.add(tf.square(x), 0.5);
