import { isDeepStrictEqual } from 'node:util';
import { messageOf, UsageError } from '../common/errors.js';
import type { PipelineConfig } from '../config/config.js';
import { frameShapeOf } from '../data/frameShape.js';
import { parametersOf } from '../runs/checkpoint.js';
import { RunFolder } from '../runs/runFolder.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';

/**
 * The best weights of the run that `training.startFrom` names; nothing where it names none. The other run must be of the same
 * model and frames; how it was trained is free.
 * @throws UsageError when there is no such run, it has not saved yet, or its model or frames are others
 */
export async function startingWeights(config: PipelineConfig): Promise<Named<HostArray> | undefined> {
  const { startFrom } = config.training;
  if (startFrom === undefined) return undefined;
  try {
    const run = await RunFolder.open(startFrom);
    const theirs = await run.readConfig();
    const difference =
      firstDifference('model', theirs.model, config.model) ??
      firstDifference('frame', frameShapeOf(theirs.data), frameShapeOf(config.data));
    if (difference) throw new UsageError(`its weights do not fit: ${difference}`);
    return parametersOf((await run.bestCheckpoint()).state);
  } catch (error) {
    throw new UsageError(`training.startFrom: ${startFrom}: ${messageOf(error)}`);
  }
}

function firstDifference(name: string, theirs: object, ours: object): string | undefined {
  const there = new Map(Object.entries(theirs));
  const here = new Map(Object.entries(ours));
  for (const key of new Set([...there.keys(), ...here.keys()])) {
    const [a, b] = [there.get(key), here.get(key)];
    if (!isDeepStrictEqual(a, b))
      return `${name}.${key} is ${JSON.stringify(a)} there and ${JSON.stringify(b)} here`;
  }
  return undefined;
}
