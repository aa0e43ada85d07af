import { convLstmClassifier } from '../models/convLstmClassifier.js';
import { dynamicNrm } from '../models/dynamicNrm/index.js';
import { nrm } from '../models/nrm/index.js';
import type { FrameShape } from '../models/videoModel.js';
import type { ProgramSpec } from '../tensorflow/program.js';
import type { Threads } from '../tensorflow/threads.js';
import { changesPictures } from './augmentation.js';
import type { ClassifierBatchSizes } from './classifierBatches.js';
import type { ClassifierConfig } from './classifierConfig.js';
import { objectivesOf, usesUnlabelled } from './classifierMethod.js';
import { dynamicNrmClassifier, gatedClassifier } from './clipClassifier.js';
import { clipClassifierProgram } from './clipClassifierProgram.js';
import { type NrmStepSettings, nrmProgram } from './nrmProgram.js';
import { type NrmViewSizes, nrmViewProgram } from './nrmViews.js';

/** Everything that is needed to build a classifier's program, in any thread. */
export interface ClassifierEngineConfig {
  readonly classifier: ClassifierConfig;
  readonly image: FrameShape;
  /** Frames of a clip, where clips are classified. */
  readonly frames?: number;
  readonly precision?: 'full' | 'fast';
  readonly threads?: Threads;
  /** Set for looking into the weights: the engine can then do nothing else. */
  readonly views?: NrmViewSizes;
}

/** Sizes of a training step: a method that learns from labels alone is fed no other pictures. */
export function stepSizes({ method, training }: ClassifierConfig): ClassifierBatchSizes {
  const { labelled, unlabelled, augmentation, labelsFirst } = training;
  if (!usesUnlabelled(method)) return { labelled, unlabelled: 0 };
  const teacherView = objectivesOf(method).consistency > 0 && changesPictures(augmentation);
  return { labelled, unlabelled, teacherView, labelsFirst };
}

/** The program that `config` describes. */
export function classifierProgram({
  classifier,
  image,
  frames = 1,
  views,
}: ClassifierEngineConfig): ProgramSpec {
  const { model, method, training, evaluation, seed } = classifier;
  if (views && model.name === 'nrm') return nrmViewProgram(nrm(model, image), views);
  const sizes = { ...stepSizes(classifier), batch: evaluation.batch };
  const settings: NrmStepSettings = {
    objectives: objectivesOf(method),
    optimizer: training.optimizer,
    clipNorm: training.clipNorm,
    inputNoise: method.noise,
    ...(method.name === 'nrm' && {
      rendered: method.rendered,
      cleanTeacher: method.cleanTeacher,
      radius: method.radius,
      signed: method.inference === 'signed',
    }),
    ...('threshold' in method && { pseudoLabelThreshold: method.threshold }),
  };
  switch (model.name) {
    case 'nrm':
      return nrmProgram(nrm(model, image), seed, sizes, settings);
    case 'dynamic-nrm': {
      const classifier = dynamicNrmClassifier(dynamicNrm(model, image));
      return clipClassifierProgram(classifier, seed, { ...sizes, frames }, settings);
    }
    case 'conv-lstm-classifier': {
      const classifier = gatedClassifier(convLstmClassifier(model, image));
      return clipClassifierProgram(classifier, seed, { ...sizes, frames }, settings);
    }
  }
}
