import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import type { Engine } from '../../src/engine/engine.js';
import { trainClips } from '../../src/learning/trainClips.js';
import { trainSamples } from '../../src/learning/trainSamples.js';
import { loadCheckpoint, type Position } from '../../src/runs/checkpoint.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import type { Feed, HostArray, Named } from '../../src/tensorflow/spec/program.js';
import type { TinyPipeline } from './tinyPipelines.js';

/** What an engine was asked. */
export interface Asked {
  readonly entry: string;
  readonly feeds: Named<Feed>;
}

export interface Session {
  /** Weights and whatever else there is when it ends. */
  readonly state: Named<HostArray>;
  /** What it was ended by, where that was not its budget. */
  readonly error?: unknown;
  readonly asked: readonly Asked[];
  readonly run: RunFolder;
}

export interface SessionOptions {
  /** Stop by the signal, once so many steps are done. */
  readonly stopAfter?: number;
  /** Where to copy the folder to, as a kill after each step would leave it: before the step is validated or saved. */
  readonly killed?: (step: number) => string;
}

/** An engine, and all that it holds before it has learned anything. */
export interface FreshEngine {
  readonly engine: Engine;
  readonly first: Named<HostArray>;
}

/**
 * What one process would do: train, going on with what `folder` holds. The engine is put back first: compiling anew each time
 * would take most of the time. What a state does not bring back would be left over from another session, and be seen.
 */
export async function session(
  pipeline: TinyPipeline,
  { engine: own, first }: FreshEngine,
  folder: string,
  { stopAfter, killed }: SessionOptions = {},
): Promise<Session> {
  await own.restore(first);
  const asked: Asked[] = [];
  const engine: Engine = {
    ...own,
    run: (entry, feeds) => {
      // The buffers are filled again.
      asked.push({ entry, feeds: structuredClone(feeds) });
      return own.run(entry, feeds);
    },
  };
  const found = await RunFolder.open(folder).catch(() => undefined);
  const run = found ?? (await RunFolder.create(folder, pipeline.config, {}));
  const stop = new AbortController();
  const onEvent = (event: { readonly kind: string; readonly position?: Position }) => {
    if (event.kind !== 'step' || !event.position) return;
    const { step } = event.position;
    if (step === stopAfter) stop.abort();
    if (killed) cpSync(folder, killed(step), { recursive: true });
  };
  const how = { run, engine, resume: found !== undefined, signal: stop.signal, onEvent };
  const training =
    pipeline.samples === 'clips'
      ? trainClips({ ...how, config: pipeline.config, source: pipeline.source })
      : trainSamples({ ...how, config: pipeline.config, data: pipeline.data });
  const error = await training.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { state: await own.state(), error, asked, run };
}

/** What depends on the clock, wherever a training writes it down. */
const CLOCK = ['seconds', 'framesPerSecond', 'imagesPerSecond'];

/** The log, line by line, but for the clock. */
export function logOf({ metrics }: RunFolder): Named<number>[] {
  const lines = readFileSync(metrics, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const record = JSON.parse(line) as Named<number>;
    return Object.fromEntries(Object.entries(record).filter(([key]) => !CLOCK.includes(key)));
  });
}

/** Everything that a finished run holds, but for the clock; tensors by their bits. */
export async function outcomeOf({ run, state }: Session) {
  const checkpoint = async (path: string) => {
    const { position, state } = await loadCheckpoint(path);
    return { position: { ...position, seconds: 0 }, state: digestsOf(state) };
  };
  const best = await checkpoint(run.best).catch(() => undefined);
  return { state: digestsOf(state), log: logOf(run), last: await checkpoint(run.last), best };
}

/** A digest of each tensor: to compare millions of numbers one by one takes longer than to train them. */
export function digestsOf(state: Named<HostArray>): Named<string> {
  return Object.fromEntries(
    Object.entries(state).map(([name, { shape, data }]) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return [name, `[${shape}] ${createHash('sha256').update(bytes).digest('hex')}`];
    }),
  );
}
