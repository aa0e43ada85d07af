import { join } from 'node:path';
import { required } from '../../src/common/required.js';
import type { PipelineConfig } from '../../src/config/config.js';
import { trainingBatches } from '../../src/data/batches.js';
import { videoSource } from '../../src/data/videoSource.js';
import type { Engine } from '../../src/engine/engine.js';
import { openTrainingEngine } from '../../src/engine/openEngine.js';
import { trainClips } from '../../src/learning/trainClips.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { type LoopStops, LoopWatch } from './loopWatch.js';
import { median } from './median.js';

const ROUNDS = 3;
/** Steps of the step alone, each round. */
const STEPS_ALONE = 12;
/** Each round trains over the video this often, so that the change from one pass to the next counts as well. */
const EPOCHS = 2;

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
  /** Longest time, in ms, for which the main thread itself computed in one go while steps were taken; Linux only. */
  readonly ownTraining?: number;
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
      blockedTraining: Math.max(...trained.map(({ training }) => training.blocked)),
      blockedSaving: Math.max(...trained.map(({ saving }) => saving.blocked)),
      ownTraining: longestOwn(trained),
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
    data: {
      ...config.data,
      dataset: undefined,
      videos: [video],
      split: { by: 'time', train: 0.99, validation: 0 },
    },
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
  const [batch, time] = required(required(engine.inputs, 'train'), 'clips').shape as [number, number];
  const start = performance.now();
  // No learning: the same batch over and over must not end in something that is not a number.
  for (let step = 0; step < STEPS_ALONE; step++) await engine.run('train', { clips, learningRate: 0 });
  return (STEPS_ALONE * batch * time) / ((performance.now() - start) / 1000);
}

interface Training {
  readonly steps: number;
  readonly framesPerSecond: number;
  readonly firstStep: number;
  /** The event loop while steps were taken, and to the end of the last save. */
  readonly training: LoopStops;
  readonly saving: LoopStops;
}

function longestOwn(trained: readonly Training[]): number | undefined {
  const times = trained.map(({ training }) => training.own).filter((own) => own !== undefined);
  return times.length > 0 ? Math.max(...times) : undefined;
}

async function trainFrom(
  file: string,
  folder: string,
  config: PipelineConfig,
  engine: Engine,
): Promise<Training> {
  const source = await videoSource([file], config.data);
  const run = await RunFolder.create(folder, config, {});
  const loop = new LoopWatch();
  const start = performance.now();
  let first = 0;
  let last = 0;
  let training = loop.longest;
  const { step: steps } = await trainClips({
    run,
    config,
    source,
    engine,
    onEvent: (event) => {
      if (event.kind !== 'step') return;
      last = performance.now();
      first ||= last;
      training = loop.longest;
    },
  });
  loop.close();
  const frames = (steps - 1) * config.training.batch * (config.data.steps + 1);
  return {
    steps,
    framesPerSecond: frames / ((last - first) / 1000),
    firstStep: (first - start) / 1000,
    training,
    saving: loop.longest,
  };
}
