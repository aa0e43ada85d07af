import { ForeframeError, UsageError } from '../common/errors.js';
import type { TensorFlowInfo } from '../tensorflow/backend.js';
import type { Feed, HostArray, InputSpec, Named } from '../tensorflow/program.js';
import type { AnyEngineConfig } from './engine.js';

/** What the main thread asks of the training thread. */
export type Request =
  | { readonly kind: 'open'; readonly config: AnyEngineConfig }
  | { readonly kind: 'run'; readonly engine: number; readonly entry: string; readonly feeds: Named<Feed> }
  | { readonly kind: 'state'; readonly engine: number }
  | { readonly kind: 'restore'; readonly engine: number; readonly state: Named<HostArray> }
  | { readonly kind: 'dispose'; readonly engine: number };

/** The answers to each kind of request. */
export interface Answers {
  open: {
    readonly engine: number;
    readonly tensorflow: TensorFlowInfo;
    readonly inputs: Named<Named<InputSpec>>;
  };
  run: Named<HostArray>;
  state: Named<HostArray>;
  restore: null;
  dispose: null;
}

/** An error that crosses threads: classes do not survive the copy. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

export interface RequestMessage {
  readonly id: number;
  readonly request: Request;
}

export type AnswerMessage =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: ErrorRecord };

/** Anything that was thrown, ready to cross. */
export function recordError(error: unknown): ErrorRecord {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
}

/** An error of the other thread, as one of this. */
export function reviveError({ name, message, stack }: ErrorRecord): Error {
  const error =
    name === 'UsageError'
      ? new UsageError(message)
      : name === 'ForeframeError'
        ? new ForeframeError(message)
        : new Error(message);
  error.stack = stack;
  return error;
}
