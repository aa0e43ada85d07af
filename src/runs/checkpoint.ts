import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ForeframeError, messageOf } from '../common/errors.js';
import { type AtomicWriteOptions, atomicWrite } from '../common/files/atomicWrite.js';
import { readFileIfThere, readingReason } from '../common/files/readFileIfThere.js';
import { firstProblem } from '../common/files/readJson.js';
import { METHOD_PREFIX } from '../methods/parts/methodVariables.js';
import { DISCRIMINATOR_PREFIX } from '../models/discriminator.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { CHECKSUM_KEY, isSealed, NO_CHECKSUM, sealParts } from './checkpointChecksum.js';
import { checkSafetensorsSize, damaged, decodeSafetensors, encodeSafetensors } from './safetensors.js';

const count = z.int().min(0);

/** Where training stands; with the weights and the optimizer's state it is all that a resumed run needs. */
const positionSchema = z.strictObject({
  /** Steps taken. */
  step: count,
  /** Passes over the training split that are complete. */
  epoch: count,
  /** Batches taken of the pass under way. The order of a pass follows from seed and epoch: no other random state is kept. */
  batch: count,
  /** Seconds of training so far, over all sessions. */
  seconds: z.number().min(0),
  /** Lowest validation error so far, and the step it was reached at. */
  best: z.strictObject({ error: z.number(), step: count }).readonly().optional(),
  /** The validation that belongs after this step has not been done, or was interrupted. */
  validationDue: z.literal(true).optional(),
  /** The step of the last validation and the seconds at its end, where validations follow the clock. */
  validated: z
    .strictObject({ step: count, seconds: z.number().min(0) })
    .readonly()
    .optional(),
});
export type Position = Readonly<z.infer<typeof positionSchema>>;

export interface Checkpoint {
  readonly position: Position;
  readonly state: Named<HostArray>;
}

const META_KEY = 'foreframe.position';

/** The file that a state was read from, for errors about a state that does not fit. */
const origins = new WeakMap<object, string>();

/** Uses a state; errors about it get the name of its file. */
export async function namingItsFile<T>(state: Named<HostArray>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const origin = origins.get(state);
    if (origin === undefined || !(error instanceof ForeframeError)) throw error;
    throw new ForeframeError(`${origin} does not fit the run's model: ${error.message}`, { cause: error });
  }
}

/** Save everything in one safetensors file: it is there whole or not at all. */
export async function saveCheckpoint(
  path: string,
  { position, state }: Checkpoint,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(state).map(([name, { shape, data }]) => [name, { shape: [...shape], data }]),
  );
  const metadata = { [META_KEY]: JSON.stringify(position), [CHECKSUM_KEY]: NO_CHECKSUM };
  const parts = encodeSafetensors(tensors, metadata);
  sealParts(parts);
  await atomicWrite(path, parts, options);
}

/**
 * @throws ForeframeError when the file is missing, cut short, changed since it was saved or not a checkpoint of foreframe; it
 * names the run's other checkpoint where there is one
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  try {
    // Otherwise a header that states a wrong size would be found only once all is in memory.
    const bytes = await readFileIfThere(path, Number.POSITIVE_INFINITY, async (file, size) => {
      await checkSafetensorsSize(file, size, path);
    });
    if (bytes) return decodeCheckpoint(bytes, path);
  } catch (error) {
    throw new ForeframeError(`${messageOf(error)}${otherCheckpoint(path)}`, { cause: error });
  }
  throw new ForeframeError(`${path} does not exist: this run has not saved yet`);
}

/**
 * Where training stood when a checkpoint was saved, from the file's header alone: its weights are not read.
 * @returns nothing where there is no such file
 * @throws ForeframeError when the file is cut short or not a checkpoint of foreframe
 */
export async function savedPosition(path: string): Promise<Position | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { [META_KEY]: text } = await checkSafetensorsSize(file, (await file.stat()).size, path);
      if (text === undefined) throw notCheckpoint(path);
      return readPosition(text, path);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ForeframeError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ForeframeError(`cannot read ${path}: ${readingReason(error)}`, { cause: error });
  }
}

function notCheckpoint(path: string): ForeframeError {
  return new ForeframeError(`${path} holds tensors, but is not a checkpoint of foreframe`);
}

function decodeCheckpoint(bytes: Uint8Array, path: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const { [META_KEY]: text, [CHECKSUM_KEY]: checksum, ...others } = metadata;
  if (text === undefined) throw notCheckpoint(path);
  // A checksum whose name was changed would count as none, as in files of an older foreframe.
  if (Object.keys(others).length > 0 || (checksum !== undefined && !isSealed(bytes, checksum)))
    throw damaged(path, 'some of its bytes have changed since it was saved');
  const arrays = Object.entries(tensors).map(([name, { shape, data }]): [string, HostArray] => {
    if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)
      return [name, { shape, data }];
    throw new ForeframeError(`${path}: tensor ${name} has a type that no checkpoint of foreframe holds`);
  });
  const state = Object.fromEntries(arrays);
  origins.set(state, path);
  return { position: readPosition(text, path), state };
}

function readPosition(text: string, path: string): Position {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw damaged(path, `its ${META_KEY} is not JSON`);
  }
  const result = positionSchema.safeParse(raw);
  if (result.success) return result.data;
  throw damaged(path, `its ${META_KEY} is wrong (${firstProblem(result.error.issues[0]!)})`);
}

/** The other of a run's two checkpoints, for when one is lost: it holds everything that is needed to continue. */
function otherCheckpoint(path: string): string {
  const other = basename(path) === 'last.safetensors' ? 'best.safetensors' : 'last.safetensors';
  const isThere = other !== basename(path) && existsSync(join(dirname(path), other));
  return isThere ? `: ${other} lies beside it, copy that over it` : '';
}

/**
 * Compares saved weights with the variables that they are for: missing weights would keep their values from before training.
 * @throws ForeframeError naming the first weights that are missing or of another shape
 */
export function checkWeights(state: Named<HostArray>, variables: Named<HostArray>): void {
  for (const [name, { shape }] of Object.entries(parametersOf(variables))) {
    const saved = Object.hasOwn(state, name) ? state[name] : undefined;
    if (!saved) throw new ForeframeError(`the saved weights lack variable ${name}`);
    if (saved.shape.join() !== shape.join())
      throw new ForeframeError(`variable ${name} is [${shape}], the saved one is [${saved.shape}]`);
  }
}

/** What only training needs: optimizer state, random counters, the discriminator, what a method keeps. */
const OF_TRAINING = ['optimizer/', 'random/', DISCRIMINATOR_PREFIX, METHOD_PREFIX];

/** The model's weights alone. */
export function parametersOf(state: Named<HostArray>): Named<HostArray> {
  const weights = Object.fromEntries(
    Object.entries(state).filter(([name]) => !OF_TRAINING.some((prefix) => name.startsWith(prefix))),
  );
  const origin = origins.get(state);
  if (origin !== undefined) origins.set(weights, origin);
  return weights;
}
