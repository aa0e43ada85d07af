import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { trainingBatches } from '../src/training/batches.js';
import type { PipelineConfig } from '../src/training/config.js';
import type { Engine } from '../src/training/engine.js';
import { openTrainingEngine } from '../src/training/openEngine.js';
import { RunFolder } from '../src/training/runFolder.js';
import { train } from '../src/training/train.js';
import { videoSource } from '../src/training/videoSource.js';
import { median } from './median.js';

const ROUNDS = 3;
/** Steps of the step alone, each round. */
const STEPS_ALONE = 12;
/** Each round trains over the video this often, so that the change from one pass to the next counts as well. */
const EPOCHS = 2;
/** How often the event loop is looked at, in ms. */
const RESOLUTION = 5;

export interface EndToEndResult {
  readonly file: string;
  /** Steps from the video, each round. */
  readonly steps: number;
  /** Medians over rounds, frames of clips per second. */
  readonly decode: number;
  readonly step: number;
  readonly endToEnd: number;
  /** Median of the rounds' ratios, end to end ÷ step alone: the two of a round ran one after the other. */
  readonly ratio: number;
  /** Until the first step from the video is done: the video has to be opened and the shuffle to be filled. */
  readonly firstStep: number;
  /** Longest time, in ms, that the main thread's event loop stood still while steps were taken, and while all was saved. */
  readonly blockedTraining: number;
  readonly blockedSaving: number;
}

/** Decode a video alone, take one training step over and over, and train from the video, in turn, in one run. */
export async function benchEndToEnd(
  file: string,
  folder: string,
  config: PipelineConfig,
): Promise<EndToEndResult> {
  const engine = await openTrainingEngine(config);
  try {
    const decode: number[] = [];
    const step: number[] = [];
    const trained: Training[] = [];
    const first = await readOnce(file, config);
    await stepAlone(engine, first.batch);
    for (let round = 0; round < ROUNDS; round++) {
      decode.push((await readOnce(file, config)).framesPerSecond);
      step.push(await stepAlone(engine, first.batch));
      trained.push(await trainFrom(file, join(folder, `run-${round}`), config, engine));
    }
    const rates = trained.map(({ framesPerSecond }) => framesPerSecond);
    return {
      file,
      steps: trained[0]!.steps,
      decode: median(decode),
      step: median(step),
      endToEnd: median(rates),
      ratio: median(rates.map((rate, round) => rate / step[round]!)),
      firstStep: median(trained.map(({ firstStep }) => firstStep)),
      blockedTraining: Math.max(...trained.map(({ blockedTraining }) => blockedTraining)),
      blockedSaving: Math.max(...trained.map(({ blockedSaving }) => blockedSaving)),
    };
  } finally {
    await engine.dispose();
  }
}

/** The pipeline, with all of the video to train on and nothing beside the steps to do. */
export function onlySteps(config: PipelineConfig, video: string): PipelineConfig {
  const never = Number.MAX_SAFE_INTEGER;
  const budget = { steps: undefined, seconds: undefined, epochs: EPOCHS };
  return {
    ...config,
    data: { ...config.data, dataset: undefined, videos: [video], split: { train: 0.99, validation: 0 } },
    training: { ...config.training, ...budget, validateEvery: never, checkpointEvery: never },
  };
}

/** One pass over the video into batches, with nobody to wait for. */
async function readOnce(file: string, { data, training, seed }: PipelineConfig) {
  const source = await videoSource([file], data);
  const start = performance.now();
  let frames = 0;
  let batch: Uint8Array = new Uint8Array();
  for await (const { data: bytes, shape } of trainingBatches(source, data, training.batch, seed, 0)) {
    frames += shape[0] * shape[1];
    batch = bytes;
  }
  return { batch, framesPerSecond: frames / ((performance.now() - start) / 1000) };
}

async function stepAlone(engine: Engine, clips: Uint8Array): Promise<number> {
  const [batch, time] = engine.inputs.train!.clips!.shape as [number, number];
  const start = performance.now();
  // No learning: the same batch over and over must not end in something that is not a number.
  for (let step = 0; step < STEPS_ALONE; step++) await engine.run('train', { clips, learningRate: 0 });
  return (STEPS_ALONE * batch * time) / ((performance.now() - start) / 1000);
}

interface Training {
  readonly steps: number;
  readonly framesPerSecond: number;
  readonly firstStep: number;
  readonly blockedTraining: number;
  readonly blockedSaving: number;
}

async function trainFrom(
  file: string,
  folder: string,
  config: PipelineConfig,
  engine: Engine,
): Promise<Training> {
  const source = await videoSource([file], config.data);
  const run = await RunFolder.create(folder, config, {});
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION });
  const start = performance.now();
  let first = 0;
  let last = 0;
  let blockedTraining = 0;
  loop.enable();
  const { step: steps } = await train({
    run,
    config,
    source,
    engine,
    onEvent: (event) => {
      if (event.kind !== 'step') return;
      last = performance.now();
      first ||= last;
      blockedTraining = blocked(loop.max);
    },
  });
  loop.disable();
  const frames = (steps - 1) * config.training.batch * (config.data.steps + 1);
  return {
    steps,
    framesPerSecond: frames / ((last - first) / 1000),
    firstStep: (first - start) / 1000,
    blockedTraining,
    blockedSaving: blocked(loop.max),
  };
}

/** Nanoseconds between two looks at the loop, as ms that the second came late. */
function blocked(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION);
}
