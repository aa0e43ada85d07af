import { readFile } from 'node:fs/promises';
import { type AtomicWriteOptions, atomicWrite } from '../common/atomicWrite.js';
import { ForeframeError, messageOf } from '../common/errors.js';
import { DISCRIMINATOR_PREFIX } from '../models/discriminator.js';
import type { HostArray, Named } from '../tensorflow/program.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

/** Where training stands; with the weights and the optimizer's state it is all that a resumed run needs. */
export interface Position {
  /** Steps taken. */
  readonly step: number;
  /** Passes over the training split that are complete. */
  readonly epoch: number;
  /** Batches taken of the pass under way. The order of a pass follows from seed and epoch: no other random state is kept. */
  readonly batch: number;
  /** Seconds of training so far, over all sessions. */
  readonly seconds: number;
  /** Lowest validation error so far, and the step it was reached at. */
  readonly best?: { readonly error: number; readonly step: number };
  /** The validation that belongs after this step has not been done, or was interrupted. */
  readonly validationDue?: true;
}

export interface Checkpoint {
  readonly position: Position;
  readonly state: Named<HostArray>;
}

const META_KEY = 'foreframe.position';

/** Save everything in one safetensors file: it is there whole or not at all. */
export async function saveCheckpoint(
  path: string,
  { position, state }: Checkpoint,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const tensors = Object.fromEntries(
    Object.entries(state).map(([name, { shape, data }]) => [name, { shape: [...shape], data }]),
  );
  await atomicWrite(path, encodeSafetensors(tensors, { [META_KEY]: JSON.stringify(position) }), options);
}

/** @throws ForeframeError when the file is missing, cut short or not a checkpoint of foreframe */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw new ForeframeError(`${path} does not exist: this run has not saved yet`);
    throw new ForeframeError(`cannot read ${path}: ${messageOf(error)}`);
  });
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const text = metadata[META_KEY];
  if (text === undefined)
    throw new ForeframeError(`${path} holds tensors, but is not a checkpoint of foreframe`);
  const state: Named<HostArray> = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (!(data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)) {
      throw new ForeframeError(`${path}: tensor ${name} has a type that no checkpoint of foreframe holds`);
    }
    state[name] = { shape, data };
  }
  return { position: JSON.parse(text) as Position, state };
}

/** What only training needs: optimizer state, random counters, the discriminator. */
const OF_TRAINING = ['optimizer/', 'random/', DISCRIMINATOR_PREFIX];

/** The model's weights alone. */
export function parametersOf(state: Named<HostArray>): Named<HostArray> {
  return Object.fromEntries(
    Object.entries(state).filter(([name]) => !OF_TRAINING.some((prefix) => name.startsWith(prefix))),
  );
}
