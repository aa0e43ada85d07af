import { z } from 'zod';
import {
  ANSWER_TERMS,
  NEARBY,
  type NrmObjectivesConfig,
  nrmObjectivesConfig,
  UNSUPERVISED,
  UNSUPERVISED_OF_CLIPS,
} from './nrmObjectives.js';

const fraction = z.number().min(0).max(1);
const positive = z.number().positive();
const weight = z.number().min(0);

/** Standard deviation of normal noise on the pictures while training; the teacher sees other noise. */
const noise = z.number().min(0).default(0);

/** How pictures without a label are learned from. All methods use the same network and the same batches. */
export const classifierMethod = z.discriminatedUnion('name', [
  /** Not at all. */
  z.strictObject({ name: z.literal('supervised'), noise }),
  /** Own answers that are sure are taken for labels (Lee 2013). */
  z.strictObject({
    name: z.literal('pseudo-label'),
    weight: weight.default(1),
    threshold: fraction.default(0.95),
    noise,
  }),
  /** Answers should be sure (Grandvalet & Bengio 2004). */
  z.strictObject({ name: z.literal('entropy'), weight: weight.default(1), noise }),
  /** Answers should be those of a moving average of the network, under other noise (Tarvainen & Valpola 2017). */
  z.strictObject({
    name: z.literal('mean-teacher'),
    weight: weight.default(10),
    noise: noise.unwrap().default(0.15),
  }),
  /** The neural rendering model, with the losses that are named. */
  z.strictObject({
    name: z.literal('nrm'),
    objectives: nrmObjectivesConfig.prefault({}),
    threshold: fraction.default(0.95),
    noise,
    /** The teacher sees pictures without noise and drops nothing, as the clean path of a ladder network (arXiv 1507.02672). */
    cleanTeacher: z.boolean().default(false),
    /** How far from a picture `virtualAdversarial` looks, as a share of the picture's own Euclidean length. */
    radius: positive.default(NEARBY),
    /** Only so many pictures of each batch are rendered, unlabelled ones first; all by default. */
    rendered: z.int().positive().optional(),
    /** Switches that pictures are rendered with: those of the way up, or of the signed E-step (arXiv 1612.01936). */
    inference: z.enum(['bottom-up', 'signed']).default('bottom-up'),
  }),
]);
export type ClassifierMethod = z.infer<typeof classifierMethod>;

/** Weights of all losses that a method stands for. */
export function objectivesOf(method: ClassifierMethod): NrmObjectivesConfig {
  switch (method.name) {
    case 'supervised':
      return nrmObjectivesConfig.parse({});
    case 'pseudo-label':
      return nrmObjectivesConfig.parse({ pseudoLabel: method.weight });
    case 'entropy':
      return nrmObjectivesConfig.parse({ entropy: method.weight });
    case 'mean-teacher':
      return nrmObjectivesConfig.parse({ consistency: method.weight });
    case 'nrm':
      return method.objectives;
  }
}

/** Whether it cannot do without pictures that have no label. */
export function needsUnlabelled(method: ClassifierMethod): boolean {
  const { pseudoLabel, classBalance } = objectivesOf(method);
  return pseudoLabel > 0 || classBalance > 0;
}

/** Whether any loss looks at pictures without a label. */
export function usesUnlabelled(method: ClassifierMethod): boolean {
  const objectives = objectivesOf(method);
  return [...UNSUPERVISED, ...UNSUPERVISED_OF_CLIPS].some((name) => objectives[name] > 0);
}

/** Whether any loss needs more than a classifier's answers. */
export function looksInside(method: ClassifierMethod): boolean {
  const objectives = objectivesOf(method);
  return UNSUPERVISED_OF_CLIPS.some(
    (name) => objectives[name] > 0 && !ANSWER_TERMS.some((known) => known === name),
  );
}

/** Whether pictures are rendered with the switches of the signed E-step. */
export function isSigned(method: ClassifierMethod): boolean {
  return method.name === 'nrm' && method.inference === 'signed';
}
