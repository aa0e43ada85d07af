import type { ConvLstmClassifier } from '../models/convLstmClassifier.js';
import type { DynamicNrm, FilterOptions } from '../models/dynamicNrm/index.js';
import type { FrameShape } from '../models/videoModel.js';
import type { HostArray, Named } from '../tensorflow/program.js';
import type tf from '../tensorflow/tf.js';
import type { Scalar, Tensor, Tensor5D } from '../tensorflow/tf.js';
import { answerLosses } from './answerLosses.js';
import { clipLosses, meanStatistics, watchMoments } from './dynamicNrmLosses.js';
import type { NrmLossSettings } from './nrmLosses.js';
import { ANSWER_TERMS, type NrmObjectivesConfig } from './nrmObjectives.js';

/** Clips that are trained on side by side. */
export interface ClipBatch {
  /** `[n, time, height, width, channels]` in [0, 1]; the labelled ones come first. */
  readonly clips: Tensor5D;
  /** What is to be rendered, where that is not what is seen: the clips without noise. */
  readonly clean?: Tensor5D;
  /** `[labelled]` int32. */
  readonly labels: Tensor;
  /** The teacher's logits after each frame, `[n, classes]`; where consistency counts. */
  readonly teacher?: readonly tf.Tensor2D[];
}

export type ClipTerms = Partial<Record<keyof NrmObjectivesConfig, Scalar>>;

/** What says which class a clip is of, however it remembers. */
export interface ClipClassifier {
  readonly image: FrameShape;
  /** Names among the parameters that follow the data and are not trained. */
  readonly statistics: readonly string[];
  parameters(seed: number): Named<HostArray>;
  /** Logits after each frame, `[n, classes]` each. */
  answers(parameters: Named<Tensor>, clips: Tensor5D, reading?: FilterOptions): tf.Tensor2D[];
  /** Losses by name, without their weights: cross-entropy and those that have one; and what the statistics follow. */
  losses(
    parameters: Named<Tensor>,
    batch: ClipBatch,
    weights: NrmObjectivesConfig,
    options: FilterOptions & NrmLossSettings,
  ): { readonly terms: ClipTerms; readonly statistics: Named<Tensor> };
}

/** The dynamic NRM, with all its losses. */
export function dynamicNrmClassifier(model: DynamicNrm): ClipClassifier {
  return {
    image: model.still.image,
    statistics: model.still.statistics,
    parameters: (seed) => model.parameters(seed),
    answers: (parameters, clips, reading) =>
      watchMoments(model, parameters, clips, reading).map(({ logits }) => logits),
    losses(parameters, batch, weights, options) {
      const { terms, moments } = clipLosses(model, parameters, batch, weights, options);
      return { terms, statistics: meanStatistics(model, moments) };
    },
  };
}

/** The convolutional LSTM: losses of its answers alone. */
export function gatedClassifier(model: ConvLstmClassifier): ClipClassifier {
  return {
    image: model.image,
    statistics: [],
    parameters: (seed) => model.parameters(seed),
    answers: (parameters, clips) => model.answers(parameters, clips),
    losses(parameters, { clips, labels, teacher }, weights, { pseudoLabelThreshold }) {
      const answers = model.answers(parameters, clips);
      const losses = answerLosses(answers, labels, teacher, pseudoLabelThreshold);
      const terms: ClipTerms = { crossEntropy: losses.crossEntropy() };
      for (const name of ANSWER_TERMS) if (weights[name] > 0) terms[name] = losses[name]();
      return { terms, statistics: {} };
    },
  };
}
