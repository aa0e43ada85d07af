import { ForeframeError, messageOf } from '../common/errors.js';
import { checkSpec } from './checkSpec.js';
import { disposable } from './disposableProgram.js';
import { eagerProgram } from './eagerProgram.js';
import { graphProgram } from './graphProgram.js';
import { isRecord } from './isRecord.js';
import { nativeBackend } from './native.js';
import { refuseInside } from './ownVariables.js';
import type { Program, ProgramSpec } from './program.js';
import { UnsupportedOp } from './recorder.js';
import { shown } from './shown.js';

const MODES: readonly unknown[] = ['auto', 'graph', 'eager'];

export interface CompileOptions {
  /** `auto` (default): one TensorFlow graph on the native backend, op by op elsewhere. */
  readonly mode?: 'auto' | 'graph' | 'eager';
  /** Hears the one line that says why a program runs eagerly after all; the console by default. */
  readonly warn?: (line: string) => void;
}

/**
 * Make a program out of ordinary tfjs functions over shared variables. On native TensorFlow every entry is recorded once and
 * from then on runs as one graph.
 *
 * What a graph cannot follow is a constant of it, with the value that it had when `compile` was called:
 * - tensors made outside of the entry, or in it from numbers (up to 1 MB each): `tf.scalar(lr)`, a mask, a table;
 * - JavaScript values that the entry's code looks at: a number, an array, a flag, `learningRate: 0.1`, the branch that an `if` took.
 * A program cannot see them change later. Whatever is to change between runs has to be fed (`inputs`) or be one of `variables`.
 * Refused are the changes that can be seen: a `tf.Variable` that is not the program's (weights of a `tf.layers` model too: give their
 * values in `variables` and apply them with tf ops), a value read from a tensor, numbers that differ between two recordings.
 * Gradients of gradients (`tf.grad` inside of a loss) work to any order; plain tfjs outside of entries stays as it is.
 * @throws ForeframeError in one line: naming the op and the line where a value would freeze in the graph, or the entry, input or
 * variable that is not as it should be.
 */
export function compile(spec: ProgramSpec, options: CompileOptions = {}): Program {
  refuseInside('compiles');
  checkSpec(spec);
  const { mode, warn } = checkedOptions(options);
  const own = { ...spec, variables: { ...spec.variables }, entries: { ...spec.entries } };
  const backend = nativeBackend();
  if (mode === 'eager' || (mode === 'auto' && !backend)) return disposable(eagerProgram(own));
  if (!backend) throw new ForeframeError('mode graph needs native TensorFlow: see foreframe doctor');
  try {
    return disposable(graphProgram(own, backend));
  } catch (error) {
    if (mode === 'graph' || !(error instanceof UnsupportedOp)) throw error;
    warn(`runs op by op, several times slower: ${messageOf(error)}`);
    return disposable(eagerProgram(own));
  }
}

function checkedOptions(options: unknown): Required<CompileOptions> {
  if (!isRecord(options))
    throw new ForeframeError(`compile: options is ${shown(options)}: write for example { mode: 'eager' }`);
  const { mode = 'auto', warn = console.warn } = options as CompileOptions;
  if (!MODES.includes(mode))
    throw new ForeframeError(`compile: mode is ${shown(mode)}: there are ${MODES.join(', ')}`);
  if (typeof warn !== 'function')
    throw new ForeframeError(`compile: warn is ${shown(warn)}: give a function that hears one line`);
  return { mode, warn };
}
