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
  /** First. @property weights a checkpoint's bytes @property device what to compute on; WebAssembly by default */
  | {
      readonly kind: 'open';
      readonly settings: LiveSettings;
      readonly weights?: Uint8Array;
      readonly device?: BrowserDevice;
    }
  /** A frame to watch, uint8 `[height, width, channels]`. */
  | { readonly kind: 'frame'; readonly number: number; readonly frame: Uint8Array }
  /** Learn in the time that is left, at this rate; 0: only watch. */
  | { readonly kind: 'learn'; readonly learningRate: number }
  /** The source has changed: what comes next does not follow what was. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'save' };

/** And back. */
export type FromNetwork =
  | { readonly kind: 'opened'; readonly device: string }
  | { readonly kind: 'seen'; readonly seen: Seen }
  | { readonly kind: 'learned'; readonly learned: Learned }
  /** @property weights a safetensors file of all variables and the optimizer's state */
  | { readonly kind: 'saved'; readonly weights: Uint8Array; readonly steps: number }
  /** Nothing follows. */
  | { readonly kind: 'failed'; readonly message: string };
