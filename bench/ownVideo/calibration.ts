import { cpus } from 'node:os';
import { openTrainingEngine } from '../../src/engine/openEngine.js';
import type { Calibration } from './records.js';
import { type Trial, trialConfig, VALIDATE_SECONDS } from './trialConfig.js';

const ROUNDS = 3;
/** Processor seconds of each round, about. */
const ROUND_SECONDS = 0.5;
const FEWEST_STEPS = 2;

/**
 * What a step and a batch of validation cost on a processor that has nothing else to do. On a machine that others use too,
 * seconds on the clock say little: these are the seconds that the process computed, with one thread of TensorFlow, in the best of
 * some rounds.
 */
export async function calibrate(trial: Trial): Promise<Calibration> {
  const config = trialConfig(trial, { video: 'none', seed: 1, steps: 1, validateEvery: 1 });
  const engine = await openTrainingEngine(config);
  try {
    const shape = engine.inputs.train!.clips!.shape as number[];
    const clips = new Uint8Array(shape.reduce((product, size) => product * size, 1)).map(
      (_, i) => (i * 7919) % 251,
    );
    const train = () => engine.run('train', { clips, learningRate: 0 });
    const evaluate = () => engine.run('evaluate', { clips });
    return {
      candidate: trial.candidate.name,
      ...trial.frames,
      secondsPerStep: await leastSeconds(train),
      secondsPerValidationBatch: await leastSeconds(evaluate),
      processor: cpus()[0]?.model ?? 'unknown',
      date: new Date().toISOString(),
    };
  } finally {
    await engine.dispose();
  }
}

async function leastSeconds(work: () => Promise<unknown>): Promise<number> {
  // The first runs build and compile.
  for (let i = 0; i < FEWEST_STEPS; i++) await work();
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    let count = 0;
    const start = computed();
    do {
      await work();
      count++;
    } while (count < FEWEST_STEPS || computed() - start < ROUND_SECONDS);
    least = Math.min(least, (computed() - start) / count);
  }
  return least;
}

/** Seconds that this process has computed, over all its threads. */
function computed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Steps that fit into a budget, with a look at the validation split every so many seconds of training, and steps between two looks. */
export function stepsWithin(
  seconds: number,
  { secondsPerStep, secondsPerValidationBatch }: Calibration,
  validationBatches: number,
): { steps: number; validateEvery: number } {
  const validation = validationBatches * secondsPerValidationBatch;
  const share = VALIDATE_SECONDS / (VALIDATE_SECONDS + validation);
  const steps = Math.max(1, Math.round((seconds * share) / secondsPerStep));
  return { steps, validateEvery: Math.max(1, Math.round(VALIDATE_SECONDS / secondsPerStep)) };
}
