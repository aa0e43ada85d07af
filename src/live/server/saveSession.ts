import { ForeframeError } from '../../common/errors.js';
import { freeFolder } from '../../library/training/sameConfig.js';
import { saveCheckpoint } from '../../runs/checkpoint.js';
import { inClaimedRun, isTaken } from '../../runs/claimRun.js';
import { environmentOf } from '../../runs/environment.js';
import { RunFolder } from '../../runs/runFolder.js';
import { decodeSafetensors } from '../../runs/safetensors.js';
import type { TensorFlowInfo } from '../../tensorflow/backend/backend.js';
import tf from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { OpenSession } from './openSession.js';
import { checkLiveState, stateIn } from './sessionState.js';

/** Names that are tried where others save at the same time. */
const MOST_TRIES = 100;

/** What a page has learned. */
export interface LearnedState {
  /** A safetensors file of weights and the optimizer's state. */
  readonly weights: Uint8Array;
  readonly steps: number;
  readonly seconds: number;
}

/** What a network in this process has learned. */
export interface LearnedHere {
  readonly state: Named<HostArray>;
  readonly steps: number;
  readonly seconds: number;
}

/**
 * Write what a page has learned as a new run, `runs/live` or the next name that is free.
 * @returns its folder
 * @throws ForeframeError when the bytes are not this network's state, or no numbers any more, or the folder cannot be written
 */
export async function saveSession(
  session: OpenSession,
  { weights, steps, seconds }: LearnedState,
): Promise<string> {
  const state = stateIn(decodeSafetensors(weights, 'what the page sent').tensors);
  checkLiveState(session.page.settings, state);
  return saveLearned(session, { state, steps, seconds }, inBrowser);
}

/** The same of a state that is known to be the network's. @param by what computed @returns the folder */
export async function saveLearned(
  { config, position, page }: OpenSession,
  { state, steps, seconds }: LearnedHere,
  by: TensorFlowInfo,
): Promise<string> {
  const { best: _, validationDue: __, validated: ___, ...before } = position;
  const now = { ...before, step: before.step + steps, seconds: before.seconds + seconds };
  const kept = { ...config, data: { ...config.data, rate: config.data.rate ?? page.rate } };
  checkNumbers(state);
  return inFreeFolder(async (folder) => {
    await inClaimedRun(folder, {}, async ({ lock }) => {
      const run = await RunFolder.create(folder, kept, environmentOf(kept, by), { lock });
      await saveCheckpoint(run.last, { position: now, state }, { check: run.check });
    });
  });
}

/** The step that made weights infinite had a loss that was a number: only the next one says so. */
function checkNumbers(state: Named<HostArray>): void {
  for (const { data } of Object.values(state))
    if (!data.every(Number.isFinite))
      throw new ForeframeError(
        'what it learned is no number any more: begin anew, and learn at a lower learning rate',
      );
}

/** Between the look for a free name and the claim on it another page may take it: then the next name is tried. @returns the folder */
async function inFreeFolder(write: (folder: string) => Promise<void>): Promise<string> {
  for (let tries = 1; ; tries++) {
    const folder = freeFolder('live');
    try {
      await write(folder);
      return folder;
    } catch (error) {
      // What failed by itself has left the name free.
      if (tries === MOST_TRIES || !isTaken(folder)) throw error;
    }
  }
}

const inBrowser = {
  backend: 'wasm',
  version: tf.version_core,
  device: 'cpu',
  threads: 1,
  precision: 'full',
  reason: 'learned in a browser',
} as const;
