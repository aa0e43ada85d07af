import { constants } from 'node:buffer';
import { ForeframeError } from '../../common/errors.js';
import type { MemoryPart } from '../../common/memory/requireMemory.js';
import { withShapesOnly } from '../../models/index.js';
import { type DryRun, dryRun } from '../../tensorflow/dryRun/dryRun.js';
import { type AnyEngineConfig, engineProgram } from '../engine.js';

/**
 * Factors between what a dry run counts and what a process took, measured as peak resident memory over all pipelines and some
 * larger sizes (0.8 to 1.2 of it with these): what the allocator keeps and convolutions work in; copies of the weights for the two
 * recordings, for setting variables and for saving.
 */
const ACTIVATIONS = 1.3;
const WEIGHTS = 3.5;
/** TensorFlow itself with an empty graph, beside Node. */
const TENSORFLOW = 410e6;

/**
 * What an engine will take. The program is built on the way, by shapes alone and before TensorFlow is loaded.
 * @throws ForeframeError when it cannot be built: the settings do not fit the frames
 */
export function engineMemory(config: AnyEngineConfig): MemoryPart[] {
  const key = JSON.stringify(config);
  if (last?.key !== key) last = { key, run: dryRunOf(config) };
  const { run } = last;
  if (!run) return [];
  return [
    { name: 'TensorFlow', bytes: TENSORFLOW },
    { name: 'weights', bytes: WEIGHTS * run.weights },
    { name: 'optimizer', bytes: run.slots },
    { name: 'activations', bytes: ACTIVATIONS * run.activations },
    // Counted above; of its own it is asked about because no array may be larger than JavaScript allows.
    ...(run.largest > constants.MAX_LENGTH ? [{ name: 'a tensor', bytes: run.largest, array: true }] : []),
  ];
}

/** The same is asked before data is opened and after it. */
let last: { readonly key: string; readonly run: DryRun | undefined } | undefined;

/** From this many time steps on, a full dry run would take long: two shorter ones give the memory per time step. */
const MANY_STEPS = 32;

function dryRunOf(config: AnyEngineConfig): DryRun | undefined {
  const steps = stepsOf(config);
  if (steps <= MANY_STEPS) return dryRunWhole(config);
  const [short, long] = [MANY_STEPS / 2, MANY_STEPS].map((each) => dryRunWhole(withSteps(config, each)));
  if (!short || !long) return undefined;
  const perStep = (of: 'activations' | 'largest') => Math.max(0, long[of] - short[of]) / (MANY_STEPS / 2);
  const more = (of: 'activations' | 'largest') => long[of] + (steps - MANY_STEPS) * perStep(of);
  return { ...long, activations: more('activations'), largest: more('largest') };
}

/** Frames that are watched one after the other. */
function stepsOf(config: AnyEngineConfig): number {
  if ('samples' in config) return config.frames ?? 1;
  return config.training?.steps ?? config.encode?.times.at(-1) ?? 1;
}

function withSteps(config: AnyEngineConfig, steps: number): AnyEngineConfig {
  if ('samples' in config) return { ...config, frames: steps };
  const { training, encode } = config;
  const share = (count: number) => Math.round((count * steps) / stepsOf(config));
  return {
    ...config,
    ...(training && { training: { ...training, steps, method: withRollout(training.method, share) } }),
    ...(encode && { encode: { ...encode, times: lastOf(steps, Math.max(1, share(encode.times.length))) } }),
  };
}

/** A method that has own predictions among the frames watched keeps their share. */
function withRollout<M extends object>(method: M | undefined, share: (count: number) => number) {
  if (!method || !('rollout' in method)) return method;
  const rollout = Number(method.rollout);
  return Number.isInteger(rollout) ? { ...method, rollout: share(rollout) } : method;
}

/** The last `count` whole numbers up to `end`. */
function lastOf(end: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => end - count + 1 + at);
}

/** Undefined where no dry run is possible: errors of the program are then reported when it is built to run. */
function dryRunWhole(config: AnyEngineConfig): DryRun | undefined {
  try {
    return dryRun(() =>
      withShapesOnly(() => {
        const { variables, entries } = engineProgram(config);
        const shapes = Object.entries(variables).map(([name, { shape }]) => [name, shape] as const);
        return { variables: Object.fromEntries(shapes), entries };
      }),
    );
  } catch (error) {
    if (error instanceof ForeframeError) throw error;
    // An array that JavaScript cannot even address.
    if (error instanceof RangeError && /array (length|buffer)|allocation/i.test(error.message))
      return {
        weights: 0,
        slots: 0,
        activations: Number.POSITIVE_INFINITY,
        largest: Number.POSITIVE_INFINITY,
      };
    return undefined;
  }
}
