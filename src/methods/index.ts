import { z } from 'zod';
import { adversarial } from './adversarial.js';
import { entropy } from './labels/entropy.js';
import { featureMatching } from './labels/featureMatching.js';
import { fixMatch } from './labels/fixMatch.js';
import { gammaModel } from './labels/gammaModel.js';
import { ladder } from './labels/ladder.js';
import { meanTeacher } from './labels/meanTeacher.js';
import { mixMatch } from './labels/mixMatch.js';
import { piModel } from './labels/piModel.js';
import { pseudoLabel } from './labels/pseudoLabel.js';
import { supervised } from './labels/supervised.js';
import { temporalEnsembling } from './labels/temporalEnsembling.js';
import { virtualAdversarial } from './labels/virtualAdversarial.js';
import type { ClipMethod, SampleMethod } from './method.js';
import { nextFrame } from './nextFrame.js';
import { nrm } from './nrm.js';
import { reconstruction } from './reconstruction.js';
import { rotation } from './rotation.js';

/** Ways to learn from clips of a video: a line for each. */
const ofClips = [nextFrame, reconstruction, adversarial] as const;

/** Ways to learn from sets of images, or of short clips: a line for each. */
const ofSamples = [
  supervised,
  pseudoLabel,
  entropy,
  meanTeacher,
  piModel,
  temporalEnsembling,
  virtualAdversarial,
  mixMatch,
  fixMatch,
  featureMatching,
  ladder,
  gammaModel,
  nrm,
  rotation,
] as const;

export const clipMethods: readonly ClipMethod[] = ofClips;
export const sampleMethods: readonly SampleMethod[] = ofSamples;
/** All ways of learning. */
export const methods = [...clipMethods, ...sampleMethods];

export type ClipMethodSettings = z.infer<(typeof ofClips)[number]['settings']>;
export type SampleMethodSettings = z.infer<(typeof ofSamples)[number]['settings']>;

/** `method: { name, … }` of a pipeline for clips. */
export const clipMethodConfig = unionOf(clipMethods) as unknown as z.ZodType<ClipMethodSettings>;
/** The same of one for images. */
export const sampleMethodConfig = unionOf(sampleMethods) as unknown as z.ZodType<SampleMethodSettings>;

export function clipMethodOf({ name }: { readonly name: string }): ClipMethod {
  return found(clipMethods, name);
}

export function sampleMethodOf({ name }: { readonly name: string }): SampleMethod {
  return found(sampleMethods, name);
}

function unionOf(all: readonly (ClipMethod | SampleMethod)[]) {
  const [first, ...others] = all.map(({ settings }) => settings);
  return z.discriminatedUnion('name', [first!, ...others]);
}

function found<M extends { readonly name: string }>(all: readonly M[], name: string): M {
  const method = all.find((each) => each.name === name);
  if (!method) throw new RangeError(`there is no method ${name}`);
  return method;
}

export type { ClipMethod, Conflict, MethodCard, SampleMethod } from './method.js';
