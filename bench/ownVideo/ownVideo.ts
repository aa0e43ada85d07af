import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeframeError, InterruptedError } from '../../src/common/errors.js';
import { makeFolder } from '../../src/common/files/makeFolder.js';
import { fetchNpmVideos } from '../../src/library/sources/npmVideo.js';
import type { Watching } from '../../src/library/watching.js';
import { calibrate, stepsWithin } from './calibration.js';
import type { Candidate, Frames } from './candidates.js';
import {
  appendRecord,
  type Calibration,
  calibrationSchema,
  type Result,
  readRecords,
  resultSchema,
} from './records.js';
import { type Outcome, runTrial } from './runTrial.js';
import { type Trial, trialConfig, VALIDATION_BATCHES } from './trialConfig.js';
import type { BenchVideo } from './videos.js';

const RESULTS = 'results.jsonl';

export interface OwnVideoOptions {
  readonly candidates: readonly Candidate[];
  readonly videos: readonly Pick<BenchVideo, 'name' | 'source' | 'duration'>[];
  readonly seeds: readonly number[];
  /** Budgets of a training, in seconds of one core for the steps. */
  readonly seconds: readonly number[];
  /** Of candidates that have none of their own. */
  readonly frames: Frames;
  readonly signal?: AbortSignal;
  /** Hears a line on each trial that begins or ends. */
  readonly onLine: (line: string) => void;
}

/**
 * Train each candidate on each video, and keep what came of it in `folder` as lines of JSON: `calibration.jsonl` and
 * `results.jsonl`. What is there already is not done again, and a training that was interrupted goes on.
 * @returns all that `folder` holds of what was asked for
 */
export async function benchOwnVideo(folder: string, options: OwnVideoOptions): Promise<Result[]> {
  const { candidates, videos, seeds, seconds, onLine } = options;
  await makeFolder(folder);
  const calibrations = await calibrateAll(folder, options);
  const wanted = seconds.flatMap((budget) =>
    seeds.flatMap((seed) =>
      videos.flatMap((video) => candidates.map((candidate) => ({ candidate, video, seed, budget }))),
    ),
  );
  const results: Result[] = [];
  for (const [index, each] of wanted.entries()) {
    const { candidate, video, seed, budget } = each;
    const what = `[${index + 1}/${wanted.length}] ${candidate.name} on ${video.name}, seed ${seed}, ${budget} s`;
    const calibration = calibrations.find((found) => found.candidate === candidate.name)!;
    const result = await resultOf(folder, options, { ...each, calibration, what });
    if (!result) continue;
    results.push(result);
    onLine(`${what}: ${outcomeText(result)}`);
  }
  return results;
}

/** All that `folder` holds. @throws ForeframeError when it holds nothing */
export function ownVideoResults(folder: string): Result[] {
  const path = join(folder, RESULTS);
  const results = readRecords(path, resultSchema);
  if (results.length === 0)
    throw new ForeframeError(`${path} holds no result: measure first, without --collect`);
  return results;
}

/** One training that is wanted. */
interface Wanted {
  readonly candidate: Candidate;
  readonly video: Pick<BenchVideo, 'name' | 'source' | 'duration'>;
  readonly seed: number;
  readonly budget: number;
  readonly calibration: Calibration;
  /** The same in words. */
  readonly what: string;
}

/** What is kept of a training, or comes of it now; nothing where the video is too short for it. */
async function resultOf(
  folder: string,
  options: OwnVideoOptions,
  wanted: Wanted,
): Promise<Result | undefined> {
  const { candidate, video, seed, budget, what } = wanted;
  const { onLine } = options;
  const path = join(folder, RESULTS);
  const frames = candidate.frames ?? options.frames;
  const key = { candidate: candidate.name, video: video.name, ...frames, seed, seconds: budget };
  const kept = readRecords(path, resultSchema).find((each) => isSame(each, key));
  if (kept) return kept;
  try {
    const result = { ...key, ...(await train(join(folder, 'runs'), frames, options, wanted)) };
    appendRecord(path, result);
    return result;
  } catch (error) {
    // A video that is too short for one pipeline is not for others.
    if (!(error instanceof ForeframeError) || error instanceof InterruptedError) throw error;
    onLine(`${what}: ${error.message}`);
    return undefined;
  }
}

async function train(
  runs: string,
  frames: Frames,
  { signal, onLine }: OwnVideoOptions,
  { candidate, video, seed, budget, calibration, what }: Wanted,
): Promise<Outcome & Pick<Result, 'steps'>> {
  const watching: Watching = { signal, onNote: onLine };
  const { steps, validateEvery } = stepsWithin(budget, calibration, VALIDATION_BATCHES);
  onLine(`${what}: ${steps} steps`);
  const [file = ''] = await fetchNpmVideos([video.source], watching);
  const { duration } = video;
  const config = trialConfig({ candidate, frames }, { video: file, duration, seed, steps, validateEvery });
  const name = [candidate.name, video.name, ...Object.values(frames), seed, budget]
    .join('-')
    .replaceAll(/[^\w.-]/g, '_');
  const run = join(runs, name);
  const outcome = await runTrial(config, run, watching);
  // Its numbers are kept; the weights of all trials would take gigabytes.
  await rm(run, { recursive: true, force: true });
  return { steps, ...outcome };
}

async function calibrateAll(
  folder: string,
  { candidates, frames: asked, onLine }: OwnVideoOptions,
): Promise<readonly Calibration[]> {
  const path = join(folder, 'calibration.jsonl');
  const found: Calibration[] = [];
  for (const candidate of candidates) {
    const frames = candidate.frames ?? asked;
    const trial: Trial = { candidate, frames };
    const wanted = { candidate: candidate.name, ...frames };
    let calibration = readRecords(path, calibrationSchema).find((each) => isSame(each, wanted));
    if (!calibration) {
      calibration = await calibrate(trial);
      appendRecord(path, calibration);
      const [step, batch] = [calibration.secondsPerStep, calibration.secondsPerValidationBatch];
      onLine(
        `${candidate.name}: ${(1000 * step).toFixed(1)} ms a step, ${(1000 * batch).toFixed(1)} ms a batch of validation`,
      );
    }
    found.push(calibration);
  }
  return found;
}

function isSame(record: object, key: object): boolean {
  return Object.entries(key).every(([name, value]) => (record as Record<string, unknown>)[name] === value);
}

function outcomeText({ validation, test }: Result): string {
  const of = ({ model, copyLast, rollout }: Result['test']) =>
    `${(model / copyLast).toFixed(3)}, +10 ${rollout ? (rollout.model / rollout.copyLast).toFixed(3) : '–'}`;
  return `of copy-last: validation ${of(validation)}; test ${of(test)}`;
}
