import { ForeframeError, messageOf } from '../../common/errors.js';
import { nativeBackend } from '../backend/native.js';
import { refuseInside } from '../backend/ownVariables.js';
import { UnsupportedOp } from '../graph/recorder.js';
import { checkSpec } from '../spec/checkSpec.js';
import { isRecord } from '../spec/isRecord.js';
import type { HostArray, Named, Program, ProgramSpec } from '../spec/program.js';
import { shown } from '../spec/shown.js';
import type { EntryInputs, TypedProgram, TypedSpec } from '../spec/typedProgram.js';
import { disposable } from './disposableProgram.js';
import { eagerProgram } from './eagerProgram.js';
import { graphProgram } from './graphProgram.js';

const MODES: readonly unknown[] = ['auto', 'graph', 'eager'];

export interface CompileOptions {
  /** `auto` (default): one TensorFlow graph on the native backend, op by op elsewhere. */
  readonly mode?: 'auto' | 'graph' | 'eager';
  /** Receives the line that says why a program runs eagerly; the console by default. */
  readonly warn?: (line: string) => void;
}

/**
 * Make a program out of ordinary tfjs functions over shared variables. On native TensorFlow every entry is recorded once and
 * from then on runs as one graph.
 *
 * Some values are constants of the graph, with the value that they had when `compile` was called:
 * - tensors made outside of the entry, or in it from numbers (up to 1 MB each): `tf.scalar(lr)`, a mask, a table;
 * - JavaScript values that the entry's code looks at: a number, an array, a flag, `learningRate: 0.1`, the branch that an `if` took.
 * A program does not see later changes of them. Values that change between runs have to be fed (`inputs`) or be one of `variables`.
 * Changes that can be detected are refused: a `tf.Variable` that is not the program's (weights of a `tf.layers` model too: give their
 * values in `variables` and apply them with tf ops), a value read from a tensor, numbers that differ between two recordings.
 * The names of entries, inputs, variables and outputs are part of the types where `spec` is written out in the call.
 * Gradients of gradients (`tf.grad` inside of a loss) work to any order; plain tfjs outside of entries stays as it is.
 * @throws ForeframeError in one line: naming the op and the line where a value would freeze in the graph, or the entry, input or
 * variable that is wrong.
 */
export function compile<
  const V extends Named<HostArray>,
  const I extends EntryInputs,
  const E extends Named<unknown>,
>(spec: TypedSpec<V, I, E>, options?: CompileOptions): TypedProgram<V, I, E>;
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
    throw new ForeframeError(`compile: warn is ${shown(warn)}: give a function that takes one line`);
  return { mode, warn };
}
