import type { Position } from '../runs/checkpoint.js';
import type { LoggedImage } from '../runs/tensorboardEvents.js';
import type { Feed, Named } from '../tensorflow/spec/program.js';

/** One step's worth of data. */
export interface LearnerBatch {
  /** Which entry of the program takes it. */
  readonly entry: string;
  /** All that the entry is fed, but for the learning rates. */
  readonly feeds: Named<Feed>;
  /** Frames or images in it, for the speed. */
  readonly count: number;
  /** What is logged beside the step's own numbers. */
  readonly logs?: Named<number>;
}

/** How the weights do on the validation split. */
export interface Validation {
  /** The smaller the better. */
  readonly error: number;
  /** Whether the weights of the smallest error are kept as the best ones. */
  readonly chooses: boolean;
  /** What is logged, by name. */
  readonly figures: Named<number>;
  /** What the weights expect of a validation clip, for TensorBoard. */
  readonly image?: LoggedImage;
  /** The same as a PNG for the run's `samples`; it stays there where there is an `image`. */
  readonly sample?: Uint8Array;
}

/**
 * A method with its data, as the loop (`learn.ts`) sees them: what to feed, and how to validate. There are two:
 * `clipLearner` for the clips of videos, `sampleLearner` for sets of images or short clips.
 */
export interface Learner<V extends Validation = Validation> {
  /** Whether `epoch` comes to an end, after one pass over the data. Otherwise it yields batches without end. */
  readonly countsPasses: boolean;
  /** The data can be read one time only, as from a pipe: training ends with the first pass. */
  readonly readsOnce: boolean;
  /** The name of the speed in the log: `framesPerSecond`, `imagesPerSecond`. */
  readonly speedName: string;
  /** The command that goes on with a run, for the message of an interrupted one. */
  readonly command: string;
  /**
   * The batches of the pass that `position` is in, from `position.batch` on.
   * @param throwIfStopped to be called after each read, before its data are used; it throws an InterruptedError
   */
  epoch(position: Position, throwIfStopped: () => Promise<void>): AsyncIterable<LearnerBatch>;
  /** Learning rates at `progress` (0 to 1), by the name of the entry's input. All are fed; `learningRate` is logged too. */
  rates(progress: number): Named<number>;
  /**
   * How the engine's present weights do on the validation split; undefined where that holds no sample.
   * @param progress of the training, from 0 to 1 and above
   * @param throwIfStopped may be called in between; it throws an InterruptedError
   */
  validate(position: Position, progress: number, throwIfStopped: () => Promise<void>): Promise<V | undefined>;
  close(): Promise<void>;
}

/** What happened in the loop. `trainingEvent.ts` is what callers hear of a training on clips. */
export type LearningEvent<V extends Validation = Validation> =
  | { readonly kind: 'resumed'; readonly position: Position }
  /** The run to be resumed has saved nothing yet: it begins again. */
  | { readonly kind: 'anew' }
  | {
      readonly kind: 'step';
      readonly position: Position;
      /** All that the step gave, `loss` among it. */
      readonly numbers: Named<number>;
      /** Frames or images. */
      readonly perSecond: number;
      readonly progress: number;
    }
  | {
      readonly kind: 'validation';
      readonly position: Position;
      readonly validation: V;
      readonly best: boolean;
    }
  | { readonly kind: 'saved'; readonly position: Position };
