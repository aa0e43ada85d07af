import { existsSync } from 'node:fs';
import { InterruptedError } from '../../common/errors.js';
import type { SampleConfig } from '../../config/sampleConfig.js';
import { isAborted } from '../../data/interruptibleSource.js';
import type { Engine } from '../../engine/engine.js';
import type { RunFolder } from '../../runs/runFolder.js';
import { heldOut, type SampleData } from '../../samples/sampleData.js';
import type { FrameSource } from '../../stream/frameSource.js';
import type { Watching } from '../watching.js';

const TASK = 'evaluating';
/** How often an evaluation reads its split: with the weights before training, with the trained ones, and for rollouts. */
const READINGS = 3;

/** The same source, saying how much of all readings of an evaluation is over. */
export function readingProgress(
  source: FrameSource,
  onProgress: Watching['onProgress'],
  readings = READINGS,
): FrameSource {
  if (!onProgress) return source;
  let reading = 0;
  return {
    ...source,
    open: async function* (split, signal) {
      const all = source.frames?.[split];
      const known = all !== undefined && Number.isFinite(all) ? all : undefined;
      const before = reading++;
      let read = 0;
      for await (const frame of source.open(split, signal)) {
        read++;
        // Where nobody knows how long a reading is, only whole ones count.
        const share = known === undefined ? 0 : Math.min(1, read / known);
        const text = `${split} split, reading ${reading} of ${readings}, frame ${read}`;
        onProgress({ task: TASK, done: before + share, total: readings, text });
        yield frame;
      }
    },
  };
}

/** The same engine, saying how many of the batches of an evaluation it has answered; it stops when `signal` is aborted. */
export function runningProgress(
  engine: Engine,
  run: RunFolder,
  { evaluation: { batch, samples } }: SampleConfig,
  data: SampleData,
  { signal, onProgress }: Watching,
): Engine {
  const { validation, test } = heldOut(data, samples);
  const weights = existsSync(run.best) ? 2 : 1;
  const total = weights * [validation, test].reduce((sum, { count }) => sum + Math.ceil(count / batch), 0);
  let done = 0;
  return {
    ...engine,
    run: async (entry, feeds) => {
      if (await isAborted(signal)) throw new InterruptedError(`evaluating ${run.path} was interrupted`);
      const answer = await engine.run(entry, feeds);
      done++;
      onProgress?.({ task: TASK, done, total, text: `batch ${Math.min(done, total)} of ${total}` });
      return answer;
    },
  };
}
