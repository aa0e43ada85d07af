import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { sampleSets } from '../../datasets/sampleSets.js';
import { UsageError } from '../common/errors.js';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { makeFolder } from '../common/files/makeFolder.js';
import { nearest } from '../common/text/nearest.js';
import { readYaml } from '../config/readYaml.js';
import type { SampleConfig } from '../config/sampleConfig.js';
import { type PreparedRun, type PreparedSweep, prepareSweep } from '../sweep/prepare.js';
import { networkOf } from './networks.js';
import { allRows, type MethodRow, rowsOf } from './rows.js';

/** What a benchmark is asked for; names are those of `foreframe benchmark few-labels`. */
export interface FewLabelsPlan {
  readonly dataset?: string;
  /** Images that keep their label, in all. */
  readonly labels?: number;
  /** How many of the fixed draws of labels, from the first on; 3 by default. */
  readonly draws?: number;
  /** Seeds of each training; 1 by default. */
  readonly seeds?: readonly number[];
  /** Names of rows, with commas between; all by default. */
  readonly methods?: string;
  /** A name, or settings of a model as YAML; one that fits the images by default. */
  readonly network?: string;
  /** Minutes of each training; 10 by default. */
  readonly minutes?: number;
  /** Steps of each training, in place of minutes. */
  readonly steps?: number;
  /** Settings of every training, such as `training.learningRate=0.001`. */
  readonly set?: readonly string[];
}

/** A run of a row. */
export interface RowRun {
  readonly draw: number;
  readonly seed: number;
  readonly prepared: PreparedRun;
  readonly config: SampleConfig;
}

/** A row with its trainings; one that the network cannot learn by has none, and says why. */
export interface PlannedRow {
  readonly row: MethodRow;
  readonly sweep?: PreparedSweep;
  /** Draw by draw, and seed by seed. */
  readonly runs: readonly RowRun[];
  /** One line. */
  readonly leftOut?: string;
}

export interface PreparedBenchmark {
  readonly plan: FewLabelsPlan & {
    readonly dataset: string;
    readonly labels: number;
    readonly network: string;
  };
  readonly out: string;
  readonly rows: readonly PlannedRow[];
}

/** Looks at the validation split while a network learns. */
const LOOKS = 12;
/** Seconds between two of them, at least: a look takes time from the training. */
const SHORTEST_BETWEEN = 10;
const DEFAULT_MINUTES = 10;
/** The file from which every run is trained, with a method and a draw put over it. */
const PIPELINE = 'benchmark.yaml';

/**
 * Read and check every training of a benchmark, before anything is trained. Writes its pipeline into `out`.
 * @throws UsageError of one line for a wrong option, or a folder that holds another benchmark
 */
export async function prepareBenchmark(given: FewLabelsPlan, out?: string): Promise<PreparedBenchmark> {
  const { dataset = 'mnist', labels = 100, draws = 3, seeds = [1], methods, set = [] } = given;
  checkDataset(dataset);
  if (given.minutes !== undefined && given.steps !== undefined)
    throw new UsageError('--minutes and --steps do not go together: take one of them');
  const network =
    given.network ?? (dataset === 'mnist' || dataset === 'fashion-mnist' ? 'mnist' : 'airbench');
  const folder = out ?? join('runs', `few-labels-${dataset}-${labels}`);
  const pipeline = join(folder, PIPELINE);
  await writePipeline(pipeline, pipelineOf({ ...given, dataset, labels, network }));
  const grid = (row: MethodRow) => [
    `method=${JSON.stringify(row.method)}`,
    `data.draw=${Array.from({ length: draws }, (_, at) => at + 1).join(',')}`,
  ];
  const rows: PlannedRow[] = [];
  for (const row of methods === undefined ? allRows() : rowsOf(methods)) {
    try {
      const sweep = await prepareSweep({ pipeline, set, grid: grid(row), seeds }, folder);
      rows.push({ row, sweep, runs: sweep.runs.map(rowRun) });
    } catch (error) {
      // Of all methods those are left out that the network cannot learn by. The baseline fits any that is right.
      if (!(error instanceof UsageError) || methods !== undefined || rows.length === 0) throw error;
      rows.push({ row, runs: [], leftOut: error.message });
    }
  }
  return { plan: { ...given, dataset, labels, network, draws, seeds }, out: folder, rows };
}

function rowRun(prepared: PreparedRun): RowRun {
  const { choice, run } = prepared;
  if (choice.kind !== 'images') throw new UsageError(`${run.name} learns from clips, not from few labels`);
  return { draw: choice.config.data.draw, seed: run.seed, prepared, config: choice.config };
}

function checkDataset(dataset: string): void {
  const known = Object.entries(sampleSets).flatMap(([name, { samples }]) =>
    samples === 'images' ? name : [],
  );
  if (known.includes(dataset)) return;
  const guess = nearest(dataset, known);
  throw new UsageError(
    `--dataset ${dataset}: ${guess ? `did you mean ${guess}?` : `there are ${known.join(', ')}`}`,
  );
}

/** What all trainings have in common. */
function pipelineOf(plan: PreparedBenchmark['plan']): object {
  const { dataset, labels, minutes = DEFAULT_MINUTES, steps } = plan;
  const { model, threads } = networkOf(plan.network);
  const seconds = 60 * minutes;
  const every = Math.max(1, Math.ceil((steps ?? 0) / LOOKS));
  const colours = !/mnist/.test(dataset);
  return {
    name: `few-labels-${dataset}-${labels}`,
    seed: 1,
    ...(threads && { threads }),
    data: { dataset, labels, draw: 1 },
    model,
    method: { name: 'supervised' },
    training: {
      labelled: 32,
      unlabelled: 96,
      learningRate: 0.003,
      optimizer: { kind: 'adam' },
      schedule: { kind: 'cosine', final: 0.02 },
      ramp: 200,
      teacherDecay: 0.99,
      ...(colours && { augmentation: { translate: 2, flip: true } }),
      ...(steps === undefined
        ? {
            seconds,
            validateEvery: { seconds: Math.max(SHORTEST_BETWEEN, seconds / LOOKS) },
            checkpointEvery: 500,
          }
        : { steps, validateEvery: every, checkpointEvery: every }),
    },
  };
}

/** @throws UsageError where the folder holds the runs of other settings */
async function writePipeline(path: string, pipeline: object): Promise<void> {
  const plain: unknown = JSON.parse(JSON.stringify(pipeline));
  if (existsSync(path)) {
    if (isDeepStrictEqual(await readYaml(path), plain)) return;
    throw new UsageError(
      `${path} is of a benchmark with other settings: name another folder with --out, or delete that one`,
    );
  }
  await makeFolder(join(path, '..'));
  await atomicWrite(path, stringify(plain));
}
