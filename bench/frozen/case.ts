/** What a case does besides training from start to end. */
export type Part = 'resume' | 'evaluate' | 'extract' | 'export' | 'predict' | 'outliers';

/** One small training whose every number is frozen. It is described in the command line's own words only. */
export interface FrozenCase {
  readonly name: string;
  readonly command: 'train' | 'classify';
  readonly pipeline: string;
  /** For `--set`. */
  readonly settings: readonly string[];
  readonly parts: readonly Part[];
  /** Trained on the video that the bench makes. */
  readonly video?: true;
  /** The run in `base`, trained first with these settings, is what training starts from. */
  readonly base?: { readonly pipeline: string; readonly settings: readonly string[] };
  /** Layers to extract; those that the command takes by itself otherwise. */
  readonly layers?: string;
  /** Every number is kept as it is, so that another kind of processor can be compared with; otherwise mostly checksums. */
  readonly full?: true;
}

/** Steps of every training, and those after which it is stopped to be resumed. */
export const STEPS = 6;
export const STOP = 3;

/** Bits depend on the number of threads for each operation. */
export const ONE_THREAD = 'threads=1';

/** What makes any pipeline of video a matter of seconds. */
export const SMALL_VIDEO = [
  ONE_THREAD,
  'training.seconds=null',
  `training.steps=${STEPS}`,
  'training.batch=3',
  // A stop has a validation of its own: the straight run has one there too.
  `training.validateEvery=${STOP}`,
  'training.validationBatches=1',
  'training.checkpointEvery=2',
  'data.shuffle=8',
  'data.clips={train: 5, validation: 2, test: 3, frames: 20}',
  'evaluation.steps=4',
  'evaluation.context=3',
  'evaluation.horizon=3',
  'evaluation.batch=2',
];

/** The same of a classifier. */
export const SMALL_CLASSIFIER = [
  ONE_THREAD,
  'training.seconds=null',
  `training.steps=${STEPS}`,
  'training.labelled=4',
  'training.unlabelled=6',
  // A stop has a validation of its own: the straight run has one there too.
  `training.validateEvery=${STOP}`,
  'training.checkpointEvery=2',
  'evaluation.batch=500',
];

/** Networks for images that are done with ten thousand of them in seconds. */
export const MNIST_LAYERS =
  'model.layers=[{filters: 4, kernel: 5, padding: valid, pool: {size: 4}}, {filters: 6, dropout: 0.2}]';
export const CIFAR_LAYERS =
  'model.layers=[{filters: 4, pool: {size: 4}, dropout: 0.2}, {filters: 6, padding: valid}, {filters: 4}]';
export const CLIP_LAYERS = 'model.layers=[{filters: 4, kernel: 5, pool: {size: 4}}, {filters: 6, pool: {}}]';
export const FEW_CLIPS = [
  'data.labels=10',
  'data.clips={train: 60, validation: 20, test: 20, frames: 3}',
  'evaluation.batch=10',
];
