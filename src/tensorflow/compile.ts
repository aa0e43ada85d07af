import { ForeframeError, messageOf } from '../common/errors.js';
import { disposable } from './disposableProgram.js';
import { eagerProgram } from './eagerProgram.js';
import { useNativeGradients } from './gradients.js';
import { graphProgram } from './graphProgram.js';
import { nativeBackend } from './native.js';
import type { Program, ProgramSpec } from './program.js';
import { UnsupportedOp } from './recorder.js';

export interface CompileOptions {
  /** `auto` (default): one TensorFlow graph on the native backend, op by op elsewhere. */
  readonly mode?: 'auto' | 'graph' | 'eager';
  /** Hears the one line that says why a program runs eagerly after all; the console by default. */
  readonly warn?: (line: string) => void;
}

/**
 * Make a program out of ordinary tfjs functions over shared variables. On native TensorFlow every entry is recorded once and
 * from then on runs as one graph.
 * @throws ForeframeError naming the op and the line where a value would freeze in the graph.
 */
export function compile(spec: ProgramSpec, options: CompileOptions = {}): Program {
  const { mode = 'auto', warn = console.warn } = options;
  const backend = nativeBackend();
  if (backend) useNativeGradients();
  if (mode === 'eager' || (mode === 'auto' && !backend)) return disposable(eagerProgram(spec));
  if (!backend) throw new ForeframeError('mode graph needs native TensorFlow: see foreframe doctor');
  try {
    return disposable(graphProgram(spec, backend));
  } catch (error) {
    if (mode === 'graph' || !(error instanceof UnsupportedOp)) throw error;
    warn(`runs op by op, several times slower: ${messageOf(error)}`);
    return disposable(eagerProgram(spec));
  }
}
