import type { ConvLstmClassifier } from '../../models/convLstmClassifier.js';
import type { DynamicNrm, FilterOptions } from '../../models/dynamicNrm/index.js';
import type { EncoderOptions } from '../../models/encoder.js';
import type { FrameShape } from '../../models/videoModel.js';
import type tf from '../../tensorflow/backend/tf.js';
import type { Tensor, Tensor5D } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import { answerTerms } from '../parts/answerLosses.js';
import type { NrmLossSettings } from '../parts/classifierStep.js';
import type { ClipBatch, ClipTerms } from '../parts/clipBatch.js';
import { clipLosses, meanStatistics, watchMoments } from '../rendering/dynamicNrmLosses.js';
import type { NrmObjectivesConfig } from '../settings/nrmObjectives.js';

/** How a classifier reads: with moments of its own and dropout, as in training, or without. */
export type ReadingOptions = FilterOptions & Pick<EncoderOptions, 'atRung'>;

/** A classifier of clips, with any kind of memory. */
export interface ClipClassifier {
  readonly image: FrameShape;
  /** Names among the parameters that follow the data and are not trained. */
  readonly statistics: readonly string[];
  parameters(seed: number): Named<HostArray>;
  /** Logits after each frame, `[n, classes]` each. */
  answers(parameters: Named<Tensor>, clips: Tensor5D, reading?: FilterOptions): tf.Tensor2D[];
  /** Logits after the last frame, `[n, classes]`, and what the moving statistics follow of these clips. */
  read(parameters: Named<Tensor>, clips: Tensor5D, reading?: ReadingOptions): ClipReading;
  /** Losses by name, without their weights: cross-entropy and those that have one; and what the statistics follow. */
  losses(
    parameters: Named<Tensor>,
    batch: ClipBatch,
    weights: NrmObjectivesConfig,
    options: FilterOptions & NrmLossSettings,
  ): { readonly terms: ClipTerms; readonly statistics: Named<Tensor> };
}

export interface ClipReading {
  readonly logits: tf.Tensor2D;
  /** What the answers follow from, `[n, features]`; of images. */
  readonly features?: tf.Tensor2D;
  readonly statistics: Named<Tensor>;
}

/** The dynamic NRM, with all its losses. */
export function dynamicNrmClassifier(model: DynamicNrm): ClipClassifier {
  return {
    image: model.still.image,
    statistics: model.still.statistics,
    parameters: (seed) => model.parameters(seed),
    answers: (parameters, clips, reading) =>
      watchMoments(model, parameters, clips, reading).map(({ logits }) => logits),
    read(parameters, clips, reading) {
      const moments = watchMoments(model, parameters, clips, reading);
      return { logits: moments.at(-1)!.logits, statistics: meanStatistics(model, moments) };
    },
    losses(parameters, batch, weights, options) {
      const { terms, moments } = clipLosses(model, parameters, batch, weights, options);
      return { terms, statistics: meanStatistics(model, moments) };
    },
  };
}

/** The convolutional LSTM: losses of its answers only. */
export function gatedClassifier(model: ConvLstmClassifier): ClipClassifier {
  return {
    image: model.image,
    statistics: [],
    parameters: (seed) => model.parameters(seed),
    answers: (parameters, clips) => model.answers(parameters, clips),
    read: (parameters, clips) => ({ logits: model.answers(parameters, clips).at(-1)!, statistics: {} }),
    losses(parameters, batch, weights, { pseudoLabelThreshold }) {
      const answers = model.answers(parameters, batch.clips);
      return { terms: answerTerms(answers, batch, weights, pseudoLabelThreshold), statistics: {} };
    },
  };
}
