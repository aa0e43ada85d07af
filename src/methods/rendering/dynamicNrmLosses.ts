import { once } from '../../common/once.js';
import { required } from '../../common/required.js';
import type { DynamicNrm, FilterOptions, Moment } from '../../models/dynamicNrm/index.js';
import { pathOf, type Rendering } from '../../models/nrm/index.js';
import { momentMatching } from '../../objectives/rendering/momentMatching.js';
import { nonNegativity } from '../../objectives/rendering/nonNegativity.js';
import { reconstructionLoss } from '../../objectives/rendering/reconstruction.js';
import tf, { type Scalar, type Tensor, type Tensor4D, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import { answerLosses, meanOver } from '../parts/answerLosses.js';
import type { NrmLossSettings } from '../parts/classifierStep.js';
import type { ClipBatch, ClipTerms } from '../parts/clipBatch.js';
import { upwardMoments } from '../parts/movingStatistics.js';
import {
  type NrmObjectivesConfig,
  UNSUPERVISED_OF_CLIPS,
  type UnsupervisedClipTerm,
} from '../settings/nrmObjectives.js';
import { memoryPathNormalization } from './memoryPath.js';
import { lastOf, lastRows } from './nrmLosses.js';

/** Watch clips from their start. */
export function watchMoments(
  model: DynamicNrm,
  parameters: Named<Tensor>,
  clips: Tensor5D,
  options: FilterOptions = {},
): Moment[] {
  const moments: Moment[] = [];
  for (const x of framesOf(clips))
    moments.push(model.filter(parameters, x, moments.at(-1)?.past ?? {}, options));
  return moments;
}

/**
 * L = cross-entropy where labelled + α_RC reconstruction + α_P prediction + α_RPN + α_KL (+ α_MM or α_NN), each the mean over time of
 * what it is for one frame (foreframe's own, over SCIENCE 4's losses). Class posteriors are those of all frames so far; prediction
 * compares x̂_{τ+1} with the frame that came. By name without their weights: cross-entropy, and those that have one.
 */
export function clipLosses(
  model: DynamicNrm,
  parameters: Named<Tensor>,
  { clips, clean = clips, labels, teacher }: ClipBatch,
  weights: NrmObjectivesConfig,
  { rendered = clips.shape[0], pseudoLabelThreshold, ...options }: FilterOptions & NrmLossSettings,
): { readonly terms: ClipTerms; readonly moments: readonly Moment[] } {
  const moments = watchMoments(model, parameters, clips, options);
  const shown = framesOf(lastRows(clean, rendered));
  const looked = moments.map((moment) => seenClips(model, parameters, moment, rendered));
  const answers = moments.map(({ logits }) => logits);
  const { crossEntropy, ...ofAnswers } = answerLosses(answers, labels, teacher, pseudoLabelThreshold);
  const losses: Record<UnsupervisedClipTerm, () => Scalar> = {
    ...ofAnswers,
    reconstruction: () =>
      meanOver(looked.map((moment, t) => reconstructionLoss(shown[t]!, moment.rendering().image))),
    prediction: () =>
      meanOver(
        looked
          .slice(0, -1)
          .map((moment, t) => reconstructionLoss(shown[t + 1]!, model.expect(parameters, moment).image)),
      ),
    nonNegativity: () => meanOver(looked.map((moment) => nonNegativity(moment.rendering().maps))),
    momentMatching: () =>
      meanOver(
        looked.map((moment) =>
          momentMatching(
            moment.rendering().maps,
            moment.inference.layers.map(({ map }) => map),
          ),
        ),
      ),
    pathNormalization: () =>
      meanOver(looked.map((moment) => memoryPathNormalization(model, parameters, moment))),
  };
  const terms: ClipTerms = { crossEntropy: crossEntropy() };
  for (const name of UNSUPERVISED_OF_CLIPS) if (weights[name] > 0) terms[name] = losses[name]();
  return { terms, moments };
}

/** One moment, of the last `count` clips only: these are rendered again. */
function seenClips({ still }: DynamicNrm, parameters: Named<Tensor>, moment: Moment, count: number): Moment {
  if (moment.logits.shape[0] <= count) return moment;
  const inference = lastOf(moment.inference, count);
  const template = lastRows(moment.template, count);
  const maps = (all?: readonly Tensor4D[]) => all?.map((each) => lastRows(each, count));
  const { memory, feedback, v, evidence } = moment.past;
  return {
    inference,
    template,
    logits: lastRows(moment.logits, count),
    classes: lastRows(moment.classes, count),
    feedback: maps(moment.feedback),
    rendering: once((): Rendering => still.render(parameters, template, pathOf(inference))),
    past: {
      memory: maps(memory),
      feedback: maps(feedback),
      v: v && lastRows(v, count),
      evidence: evidence && lastRows(evidence, count),
    },
  };
}

function framesOf(clips: Tensor5D): Tensor4D[] {
  return tf.unstack(clips, 1) as Tensor4D[];
}

/** With batch normalisation each frame of the batch has moments of its own; the moving statistics follow their mean over time. */
export function meanStatistics({ still }: DynamicNrm, moments: readonly Moment[]): Named<Tensor> {
  const overTime = moments.map(({ inference }) =>
    Object.fromEntries(upwardMoments(still, inference.layers, 'max')),
  );
  const names = Object.keys(overTime[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [
      name,
      tf.div(tf.addN(overTime.map((each) => required(each, name))), overTime.length),
    ]),
  );
}
