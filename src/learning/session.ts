import type { Config } from '../config/anyConfig.js';
import { isAborted } from '../data/interruptibleSource.js';
import type { Engine } from '../engine/engine.js';
import type { Checkpoint, Position } from '../runs/checkpoint.js';
import { type ClaimedRun, inClaimedRun } from '../runs/claimRun.js';
import { environmentOf } from '../runs/environment.js';
import { finishedCheckpoint } from '../runs/finishedRun.js';
import { HeardRequests } from '../runs/requests/heardRequests.js';
import { RunFolder } from '../runs/runFolder.js';
import { threadsText } from '../tensorflow/backend/threads.js';
import type { HostArray, Named } from '../tensorflow/spec/program.js';
import { stoppedBeforeTraining } from './startRefusals.js';

/** What happens around the steps of a training, whatever it learns from. */
export type SessionEvent =
  | {
      readonly kind: 'started';
      readonly seed: number;
      readonly source: string;
      readonly device: string;
      readonly folder: string;
    }
  /** In place of all others: the run to be resumed has nothing left to do. */
  | { readonly kind: 'finished'; readonly position: Position };

/** Where a training writes, and how it begins and ends. */
export interface SessionOptions {
  /** Run folder: made when it is missing. */
  readonly folder: string;
  /** Go on with the run that `folder` holds, if it holds one. */
  readonly resume?: boolean;
  /** Replace the run that `folder` holds: the files that it wrote. */
  readonly overwrite?: boolean;
  /** Aborting saves the state of the last whole step and ends training with an InterruptedError. */
  readonly signal?: AbortSignal;
}

/** How a training is stopped or made to save: by whoever started it, or by another process that asks for it. */
export interface Control {
  readonly signal: AbortSignal;
  readonly takeSave: () => boolean;
}

/** What a training begins with. */
interface Opened {
  readonly engine: Engine;
  /** Weights to start from instead of the network's first ones. */
  readonly start?: Named<HostArray>;
}

/** A training as its run folder sees it; `Result` is what it comes to. */
export interface Session<Result> extends SessionOptions {
  readonly config: Config;
  /** What it learns from, in one line. */
  readonly source: string;
  readonly onEvent?: (event: SessionEvent) => void;
  /** What a run that has nothing left to train came to, as it is; undefined where more than training is left to do. */
  finished(run: RunFolder, checkpoint: Checkpoint): Promise<Result | undefined>;
  /** @param saved whether weights were saved by a session before */
  open(saved: boolean): Promise<Opened>;
  /** The engine is disposed of where this fails. */
  train(begun: Opened & Control & { readonly run: RunFolder; readonly resume: boolean }): Promise<Result>;
}

/**
 * One session of a training into a run folder: claim it, write configuration and environment, train. Nothing is changed in a run
 * that is resumed and has nothing left to do. A start that comes to nothing leaves nothing.
 * @throws ForeframeError when the folder holds another run or something else, another process is training in it, or it cannot be
 * written; InterruptedError when `signal` was aborted, after saving; what `open` and `train` throw
 */
export async function trainSession<Result>(session: Session<Result>): Promise<Result> {
  const { folder, resume, overwrite } = session;
  const finished = resume ? await finishedResult(session) : undefined;
  return finished ?? inClaimedRun(folder, { resume, overwrite }, (claim) => trainClaimed(claim, session));
}

async function finishedResult<Result>(session: Session<Result>): Promise<Result | undefined> {
  const run = await RunFolder.open(session.folder).catch(() => undefined);
  if (!run || run.lastSaved() === undefined) return undefined;
  const checkpoint = await finishedCheckpoint(run, await run.readAnyConfig(), session.config);
  const result = checkpoint && (await session.finished(run, checkpoint));
  if (checkpoint && result) session.onEvent?.({ kind: 'finished', position: checkpoint.position });
  return result;
}

async function trainClaimed<Result>(claim: ClaimedRun, session: Session<Result>): Promise<Result> {
  const requests = new HeardRequests(session.folder, claim.lock);
  const { stop, takeSave } = requests;
  const signal = session.signal ? AbortSignal.any([session.signal, stop]) : stop;
  try {
    return await trainControlled(claim, session, { signal, takeSave });
  } finally {
    await requests.close();
  }
}

async function trainControlled<Result>(
  { lock, existing }: ClaimedRun,
  { config, source, folder, overwrite, onEvent, open, train }: Session<Result>,
  control: Control,
): Promise<Result> {
  const opened = await open(existing?.lastSaved() !== undefined);
  const { engine } = opened;
  const { tensorflow } = engine;
  try {
    if (await isAborted(control.signal)) throw stoppedBeforeTraining();
    const environment = environmentOf(config, tensorflow);
    const run = existing ?? (await RunFolder.create(folder, config, environment, { overwrite, lock }));
    // A later --resume that names no budget uses this one.
    await existing?.keepBudget(config);
    const device = `${tensorflow.backend} ${tensorflow.version} on ${tensorflow.device}, ${tensorflow.adapter ?? threadsText(tensorflow.threads)}`;
    onEvent?.({ kind: 'started', seed: config.seed, source, device, folder });
    return await train({ ...opened, ...control, run, resume: existing !== undefined });
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}
