import type { z } from 'zod';
import type { Capability, FrameShape, Network, VideoModel } from '../models/index.js';
import type { ClassifiedImages, SampleData } from '../samples/sampleData.js';
import type { Entry, Feed, HostArray, InputSpec, Named, ProgramSpec } from '../tensorflow/spec/program.js';
import type { AugmentationViews } from '../views/index.js';
import type { VideoProgramSizes } from './prediction/clipFrames.js';
import type { StepOptimizer } from './settings/optimizer.js';

/** What a method may need of a network. None needs memory as such. */
export type Needed = Exclude<Capability, 'memory'>;

/** The description of a method. `foreframe settings method` and docs/methods.md print it. */
export interface MethodCard<Schema extends MethodSchema = MethodSchema> {
  readonly name: string;
  /** In one sentence. */
  readonly about: string;
  /** Where it was published. */
  readonly source: string;
  /** What the network has to offer: one of these. */
  readonly needs: readonly Needed[];
  /** Its own keys in a pipeline, `method: { name, … }`. */
  readonly settings: Schema;
}

/** A strict object whose `name` is the method's. */
export type MethodSchema = z.ZodObject<{ readonly name: z.ZodLiteral<string> } & z.core.$ZodShape>;

/** A key of a pipeline that does not fit another one: where it stands, and what to do. */
export interface Conflict {
  readonly path: readonly string[];
  readonly message: string;
}

/** Runs the entries of a program: an engine, as methods see it. */
export interface Runner {
  readonly inputs: Named<Named<InputSpec>>;
  run(entry: string, feeds: Named<Feed>): Promise<Named<HostArray>>;
}

/**
 * How a network learns from the clips of a video, without labels. A method for clips is one training step; measuring the
 * predictions is the same for all of them (`prediction/evaluateEntry.ts`).
 */
export interface ClipMethod<Schema extends MethodSchema = MethodSchema> extends MethodCard<Schema> {
  readonly samples: 'clips';
  /** The first setting that does not fit the rest of the pipeline. */
  conflict?(settings: z.infer<Schema>, pipeline: ClipPipeline): Conflict | undefined;
  /**
   * Its training step: clips `[batch, steps + 1, h, w, c]` uint8 and learning rates → loss, gradientNorm and whatever else is
   * logged. `variables` are those that it adds to the model's own.
   */
  build(build: ClipBuild<z.infer<Schema>>): { readonly variables?: Named<HostArray>; readonly train: Entry };
  /** Learning rates of the networks that it adds, by the input of the step that takes each; the schedule scales them too. */
  learningRates?(settings: z.infer<Schema>): Named<number>;
  /** Which predictions of a clip are measured: that of every frame, or of the last one. */
  predicts(settings: z.infer<Schema>): 'every' | 'last';
  /** What the output at each frame should be: the next frame, or the frame itself. */
  readonly target: 'next' | 'current';
  /** Whether the weights of the smallest validation error are kept as the best ones. */
  readonly choosesBest: boolean;
}

/** What a method for clips may look at of a pipeline. */
export interface ClipPipeline {
  readonly data: { readonly steps: number };
  /** The network's output is the last frame plus a change: with a change of 0 it gives that frame back. */
  readonly drawsChanges: boolean;
}

export interface ClipBuild<Settings> {
  readonly settings: Settings;
  readonly model: VideoModel;
  readonly seed: number;
  readonly sizes: VideoProgramSizes;
  readonly training: StepOptimizer;
}

/**
 * How a network learns from a set of images, or of short clips, that is held in memory. A method for images is a whole program, the
 * batches that feed its training step, and its own measure of success.
 */
export interface SampleMethod<Schema extends MethodSchema = MethodSchema> extends MethodCard<Schema> {
  /** Short clips with a label count as images too. */
  readonly samples: 'images';
  /** Whether it learns from labels too, or from images alone. */
  readonly labels: 'some' | 'none';
  /** The first setting that does not fit the rest of the pipeline. */
  conflict?(settings: z.infer<Schema>, pipeline: SamplePipeline): Conflict | undefined;
  /** The whole program: `train` (→ loss, gradientNorm and whatever else is logged), `evaluate`, and entries of its own. */
  build(build: SampleBuild<z.infer<Schema>>): ProgramSpec;
  /** What the host prepares for each step. */
  batches(host: SampleHost<z.infer<Schema>>): SampleBatches;
  /** Its error on a held-out set: wrong answers, or, without labels, how badly it solves its own task. */
  validate(runner: Runner, set: ClassifiedImages, how: ValidateOptions): Promise<SampleValidation>;
}

/** What a method for images may look at of a pipeline. */
export interface SamplePipeline {
  readonly model: {
    readonly name: string;
    readonly maxMin?: boolean;
    readonly rendering?: string;
    readonly normalization?: string;
  };
  /** What the network offers. */
  readonly offers: readonly string[];
  readonly data: {
    /** Where samples are clips. */
    readonly clips?: { readonly frames: number };
  };
  readonly training: SampleTraining;
}

/** What a method needs to know of a pipeline's `training`. */
export interface SampleTraining extends StepOptimizer {
  readonly labelled: number;
  readonly unlabelled: number;
  readonly augmentation: AugmentationViews;
  readonly labelsFirst: number;
  /** Steps over which the unsupervised losses grow to their full weight. */
  readonly ramp: number;
  /** Share of its weights that the teacher keeps in a step. */
  readonly teacherDecay: number;
}

export interface SampleBuild<Settings> {
  readonly settings: Settings;
  readonly network: Network;
  readonly image: FrameShape;
  /** Frames of each sample; 1 for images. */
  readonly frames: number;
  readonly classes: number;
  /**
   * How many samples there are to train on, for what a method keeps of each (`parts/bank.ts`). 1 where it is not known, as where
   * a network only answers.
   */
  readonly samples: number;
  readonly seed: number;
  /** Samples that are evaluated side by side. */
  readonly batch: number;
  readonly training: SampleTraining;
}

export interface SampleHost<Settings> {
  readonly settings: Settings;
  readonly data: SampleData;
  readonly seed: number;
  readonly training: SampleTraining;
}

/** The batches of a training: what step n is fed follows from the seed and n alone. */
export interface SampleBatches {
  /** @param step from 0 */
  batch(step: number): SampleBatch;
  /** Samples that the first `steps` steps learn from, repeats counted. */
  seen(steps: number): number;
}

export interface SampleBatch {
  /** Which entry takes it. */
  readonly entry: string;
  /** All that the entry is fed, but for the learning rate. */
  readonly feeds: Named<Feed>;
  /** What is logged beside the step's own numbers. */
  readonly logs?: Named<number>;
}

export interface ValidateOptions {
  readonly classes: number;
  /** Whose error chooses the best weights, where a method trains two networks. */
  readonly network: 'student' | 'teacher';
}

export interface SampleValidation {
  /** In percent; it chooses the best weights. */
  readonly error: number;
  /** What is logged, by name. */
  readonly figures: Named<number>;
  /** For a person, in one line. */
  readonly text: string;
}
