import type { StepOptimizer } from '../../methods/settings/optimizer.js';
import type { ModelConfig } from '../../models/predictors.js';
import type { FrameShape } from '../../models/videoModel.js';
import type { BrowserDevice } from '../../tensorflow/backend/browser/device.js';

/** What a network that learns while it watches is made of: the part of a pipeline that a page needs. */
export interface LiveSettings {
  readonly model: ModelConfig;
  readonly frame: FrameShape;
  readonly seed: number;
  /** Frames watched in a clip that is learned from; a clip holds one more. */
  readonly steps: number;
  readonly step: StepOptimizer & {
    readonly predict: 'every' | 'last';
    /** How many of the last frames watched are the network's own predictions. */
    readonly rollout: number;
  };
  readonly learningRate: number;
}

/** What a session of the page begins with. */
export interface LiveSession {
  /** Of the pipeline, or of the run that is watched. */
  readonly name: string;
  readonly settings: LiveSettings;
  /** Frames a second that are asked for. */
  readonly rate: number;
  readonly fit: 'fill' | 'contain' | 'cover';
  /** Whether there are weights to begin with. */
  readonly trained: boolean;
  /** The name of a video file to watch in place of the camera. */
  readonly video?: string;
  /** What computes: the browser, or the `foreframe` that gave the page out, over a web socket. */
  readonly engine: 'browser' | 'node';
  /** What gave the page out: a `foreframe`, or a web server that only has its files. */
  readonly home: 'server' | 'files';
  /** What was chosen in the page: the server is asked with it. Without it, what the server was started with. */
  readonly choice?: LiveChoice;
  /** The name of what that `foreframe` watches itself: no frame comes from the page then. */
  readonly source?: string;
}

/** What a person asks for in the page, in place of what the session was started with. */
export type LiveChoice =
  /** A run in the server's folder `runs`, by its name there: it goes on as it is. */
  | { readonly run: string }
  /** Random weights. @property model one of `LiveChoices.models`; that of the session by default */
  | { readonly model?: string; readonly width: number; readonly height: number; readonly rate: number };

/** What there is to choose from. */
export interface LiveChoices {
  readonly models: readonly string[];
  /** Widths and heights of frames. */
  readonly sizes: readonly (readonly [number, number])[];
  /** Frames a second. */
  readonly rates: readonly number[];
  readonly runs: readonly string[];
}

/** One frame beside what was expected of it. */
export interface Seen {
  readonly number: number;
  /** What was expected, in [0, 1]; nothing of the first frame. */
  readonly expected?: Float32Array;
  /** Mean squared errors per value, frames in [0, 1]: of the prediction, and of copying the frame before. */
  readonly error: number;
  readonly copyLast: number;
  /** Robust standard deviations above the usual error. */
  readonly score: number;
  /** An event begins with this frame. */
  readonly began: boolean;
  readonly milliseconds: number;
}

/** One step of learning, and the squared error of copy-last on the same clip. */
export interface Learned {
  readonly steps: number;
  readonly loss: number;
  readonly copyLast: number;
  readonly milliseconds: number;
}

/** From the page to whatever computes. */
export type ToNetwork =
  /**
   * First.
   * @property weights a checkpoint's bytes
   * @property device what a browser computes on; WebAssembly by default
   */
  | {
      readonly kind: 'open';
      readonly settings: LiveSettings;
      readonly weights?: Uint8Array;
      readonly device?: BrowserDevice;
    }
  | Wish;

/** From the page to a server: its session has settings and weights. */
export type ToServer = { readonly kind: 'open'; readonly choice?: LiveChoice } | Wish;

/** What a network that is open is asked. */
export type Wish =
  /** A frame to watch, uint8 `[height, width, channels]`. */
  | { readonly kind: 'frame'; readonly number: number; readonly frame: Uint8Array }
  /** Learn in the time that is left, at this rate; 0: only watch. */
  | { readonly kind: 'learn'; readonly learningRate: number }
  /** The source has changed: what comes next does not follow what was. */
  | { readonly kind: 'cut' }
  /** Go on without the camera, so many frames, from what was seen last: the answer is `rollout`. */
  | { readonly kind: 'rollout'; readonly frames: number }
  | { readonly kind: 'save' };

/** And back. */
export type FromNetwork =
  | { readonly kind: 'opened'; readonly device: string }
  /** @property frame what was seen, and how many were dropped before it, where the page did not send it */
  | { readonly kind: 'seen'; readonly seen: Seen; readonly frame?: Uint8Array; readonly dropped?: number }
  | { readonly kind: 'learned'; readonly learned: Learned }
  /** What was expected to follow frame `after`, each in [0, 1]; nothing where no frame was seen before. */
  | { readonly kind: 'rollout'; readonly after: number; readonly frames: readonly Float32Array[] }
  /** @property weights a safetensors file of all variables and the optimizer's state */
  | { readonly kind: 'saved'; readonly weights: Uint8Array; readonly steps: number }
  /** The same, where the network's own process has written them. @property folder of the new run */
  | { readonly kind: 'kept'; readonly folder: string }
  /** It could not be saved; the network goes on. */
  | { readonly kind: 'unsaved'; readonly message: string }
  /** Something to know, such as a camera that was lost. */
  | { readonly kind: 'note'; readonly message: string }
  /** Nothing follows. */
  | { readonly kind: 'failed'; readonly message: string };
