import { ForeframeError } from '../../common/errors.js';
import { freeFolder } from '../../library/training/sameConfig.js';
import { saveCheckpoint } from '../../runs/checkpoint.js';
import { inClaimedRun } from '../../runs/claimRun.js';
import { environmentOf } from '../../runs/environment.js';
import { RunFolder } from '../../runs/runFolder.js';
import { decodeSafetensors } from '../../runs/safetensors.js';
import tf from '../../tensorflow/backend/tf.js';
import type { HostArray } from '../../tensorflow/spec/program.js';
import type { OpenSession } from './openSession.js';
import { checkLiveState } from './sessionState.js';

/** What a page has learned. */
export interface LearnedState {
  /** A safetensors file of weights and the optimizer's state. */
  readonly weights: Uint8Array;
  readonly steps: number;
  readonly seconds: number;
}

/**
 * Write what a page has learned as a new run, `runs/live` or the next name that is free.
 * @returns its folder
 * @throws ForeframeError when the bytes are not this network's state, or the folder cannot be written
 */
export async function saveSession(
  { config, position, page }: OpenSession,
  { weights, steps, seconds }: LearnedState,
): Promise<string> {
  const { tensors } = decodeSafetensors(weights, 'what the page sent');
  const state = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]): [string, HostArray] => {
      if (data instanceof Float32Array || data instanceof Int32Array) return [name, { shape, data }];
      throw new ForeframeError(`what the page sent holds ${name} in a type that no checkpoint has`);
    }),
  );
  checkLiveState(page.settings, state);
  const folder = freeFolder('live');
  const { best: _, validationDue: __, validated: ___, ...before } = position;
  const now = { ...before, step: before.step + steps, seconds: before.seconds + seconds };
  const rate = config.data.rate ?? page.rate;
  const kept = { ...config, data: { ...config.data, rate } };
  await inClaimedRun(folder, {}, async ({ lock }) => {
    const run = await RunFolder.create(folder, kept, environmentOf(config, inBrowser), { lock });
    await saveCheckpoint(run.last, { position: now, state }, { check: run.check });
  });
  return folder;
}

const inBrowser = {
  backend: 'wasm',
  version: tf.version_core,
  device: 'cpu',
  threads: 1,
  precision: 'full',
  reason: 'learned in a browser',
} as const;
