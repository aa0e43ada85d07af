import { z } from 'zod';
import { ForeframeError } from '../../common/errors.js';
import { atomicWrite } from '../../common/files/atomicWrite.js';
import { checkJson, readJson } from '../../common/files/readJson.js';
import type { IdentificationScore } from '../protocols/identification.js';
import type { LatentMap } from '../protocols/latentMap.js';
import type { LowShotScore } from '../protocols/lowShot.js';
import type { VariableScore } from '../protocols/regression.js';
import type { RetrievalScore } from '../protocols/retrievalScores.js';
import type { Interval } from '../scores/bootstrap.js';
import { analysisSchema } from './analysisSchema.js';

/** Latents that are compared with one another: a layer, the same before training, or the frames themselves. */
export type SourceName = string;

/** Name of the raw frames in tables and images. */
export const RAW_PIXELS: SourceName = 'raw pixels';
const RANDOM_WEIGHTS = 'random weights';

/** The name of a layer with the weights before training. */
export function beforeTraining(layer: string): SourceName {
  return `${layer}, ${RANDOM_WEIGHTS}`;
}

export function isBeforeTraining(source: SourceName): boolean {
  return source.endsWith(`, ${RANDOM_WEIGHTS}`);
}

/** All results of one analysis of one run; saved as JSON, which `foreframe compare` reads. */
export interface RunAnalysis {
  readonly format: typeof FORMAT;
  readonly run: string;
  /** Name of the pipeline: runs of one name are seeds of one experiment. */
  readonly pipeline: string;
  readonly model: string;
  readonly seed: number;
  /** Training steps behind the weights. */
  readonly step: number;
  readonly data: string;
  readonly trainClips: number;
  readonly testClips: number;
  /** Of each test clip: those of one group, else of one file, have one number and are drawn together. Older foreframes wrote none. */
  readonly groups?: readonly number[] | undefined;
  /** Checksum of the table or folder, where it is of data of one's own: whatever is known of all rows. */
  readonly ownData?: string | undefined;
  readonly settings: AnalysisSettings;
  /** The first one is the run's memory, which `compare` compares. */
  readonly sources: readonly SourceName[];
  /** How many numbers each of them is, in the same order. */
  readonly widths: readonly number[];
  readonly times: readonly number[];
  readonly truths: readonly {
    readonly time: number;
    readonly variable: string;
    readonly values: readonly number[];
  }[];
  readonly regression: readonly KeptRegression[];
  readonly labels: readonly KeptLabel[];
  readonly lowShot: readonly {
    readonly source: SourceName;
    readonly label: string;
    readonly scores: readonly LowShotScore[];
  }[];
  readonly identification: readonly KeptIdentification[];
  readonly retrieval: readonly {
    readonly source: SourceName;
    readonly label: string;
    readonly scores: readonly RetrievalScore[];
  }[];
  readonly maps: readonly LatentMap[];
  /** What was not measured, and why: one sentence each. */
  readonly leftOut: readonly string[];
}

/** What has to be equal for two analyses to be compared. */
export interface AnalysisSettings {
  readonly dataset: string;
  /** Size and colour of the frames that are watched, for people. */
  readonly frame: string;
  /** Clips asked for of the training split. */
  readonly clips: number;
  /** Frames of each clip. */
  readonly steps: number;
  /** New people of the identification, and degrees a frame by which they turn. */
  readonly people: number;
  readonly turn: number;
  /** Draws of training views or labels. */
  readonly draws: number;
  readonly seed: number;
}

export interface KeptRegression extends Pick<VariableScore, 'time' | 'variable' | 'r2' | 'components'> {
  readonly source: SourceName;
  /** `[test clips, components]` */
  readonly squaredErrors: readonly number[];
}

export interface KeptLabel {
  readonly source: SourceName;
  readonly time: number;
  readonly label: string;
  readonly accuracy: Interval;
  readonly chance: number;
  readonly C?: number | undefined;
  readonly hits: readonly number[];
  /** Of classes that have names. */
  readonly byClass?: readonly { readonly name: string; readonly clips: number; readonly right: number }[];
}

export interface KeptIdentification {
  readonly source: SourceName;
  readonly C: number;
  readonly people: number;
  readonly scores: readonly (Omit<IdentificationScore, 'byIdentity'> & {
    readonly byIdentity: readonly number[];
  })[];
}

export const FORMAT = 'foreframe analysis 2';

export async function writeAnalysis(path: string, analysis: RunAnalysis): Promise<void> {
  // Six digits: more are noise, and the file is a third of the size.
  const short = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  await atomicWrite(path, `${JSON.stringify(analysis, short)}\n`);
}

/** @throws ForeframeError when the file is missing, damaged or not an analysis */
export async function readAnalysis(path: string): Promise<RunAnalysis> {
  const remedy = 'write it again with `foreframe analyse`';
  const raw = await readJson(path, { schema: z.looseObject({}), remedy });
  if (raw === undefined) throw new ForeframeError(`cannot read ${path}: there is no such file; ${remedy}`);
  if (raw.format !== FORMAT)
    throw new ForeframeError(`${path} is not an analysis of this version: ${remedy}`);
  return { format: FORMAT, ...checkJson(raw, path, { schema: analysisSchema, remedy }) };
}
