import type { ErrorRecord } from '../common/errorRecord.js';
import type { TensorFlowInfo } from '../tensorflow/backend/backend.js';
import type { Device } from '../tensorflow/backend/device.js';
import type { Feed, HostArray, InputSpec, Named } from '../tensorflow/spec/program.js';
import type { AnyEngineConfig } from './engine.js';

export { recordError, reviveError } from '../common/errorRecord.js';

/** Requests of the main thread to the training thread. */
export type Request =
  | { readonly kind: 'open'; readonly config: AnyEngineConfig; readonly device: Device }
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

export interface RequestMessage {
  readonly id: number;
  readonly request: Request;
}

export type AnswerMessage =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: ErrorRecord };
