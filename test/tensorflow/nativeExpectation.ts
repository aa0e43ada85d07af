import type { TensorFlowInfo } from '../../src/tensorflow/backend/backend.js';

/** What is known of native TensorFlow on this machine after `npm test` has set it up. */
export interface NativeState {
  /** `FOREFRAME_NATIVE=off`. */
  readonly off: boolean;
  readonly backend: TensorFlowInfo['backend'];
  /** Why the backend is not native, if it is not. */
  readonly reason?: string;
  readonly installed: boolean;
  /** There is a build of TensorFlow for this platform. */
  readonly supported: boolean;
  /** Why the last set-up failed. */
  readonly failure?: string;
}

/** A compiler and a library were there, and still no binding came of them: no lack of the machine's, but a fault of set-up. */
const FAULTY =
  /could not build|left no|does not load|computes wrongly|did not bring|holds neither|not hold the expected|is damaged|wants to write outside/;

/** Why the tests must not simply pass over native TensorFlow, or undefined where it computes or where a machine lacks what it takes. */
export function nativeProblem(state: NativeState): string | undefined {
  const { off, backend, reason, installed, supported, failure } = state;
  if (off || backend === 'tensorflow' || !supported) return undefined;
  const advice = '`foreframe doctor` says what is missing';
  if (installed) return `native TensorFlow is set up and cannot be loaded (${reason}): ${advice}`;
  if (failure === undefined)
    return `native TensorFlow was never set up: \`npm test\` and \`foreframe setup\` do that, ${advice}`;
  if (FAULTY.test(failure)) return `setting up native TensorFlow went wrong (${failure}): ${advice}`;
  return undefined;
}
