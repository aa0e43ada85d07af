import { InterruptedError } from '../common/errors.js';
import type { Encoder } from './encoder.js';
import type { ClipSource } from './extractClips.js';
import { type LatentBatch, rowsFrom } from './extractRows.js';

interface BatchesOptions {
  readonly from: number;
  readonly batch: number;
  readonly times: number;
  readonly length: number;
  readonly signal?: AbortSignal;
}

/** The next batch is decoded while TensorFlow works on the one before. */
export async function* latentBatches(
  encoder: Encoder,
  source: ClipSource,
  { from, batch, times, length, signal }: BatchesOptions,
): AsyncGenerator<LatentBatch, void, undefined> {
  // Whole batches are left out, so that the others hold the same clips side by side as they would without.
  const skipped = Math.floor(from / (times * batch));
  let drop = from - skipped * times * batch;
  const ready = (given: LatentBatch) => {
    const part = Math.min(drop, given.rows);
    drop -= part;
    return part === 0 ? given : rowsFrom(given, part);
  };
  let pending: Ahead<LatentBatch> | undefined;
  try {
    for await (const clips of inGroups(source.open({ length, skip: skipped * batch, signal }), batch)) {
      if (signal?.aborted)
        throw new InterruptedError(`extracting from ${source.description} was interrupted`);
      const before = pending;
      pending = ahead(encoder.encode(clips));
      if (before) for await (const part of before) yield ready(part);
    }
    if (pending) for await (const part of pending) yield ready(part);
  } finally {
    await pending?.stop();
  }
}

interface Ahead<T> extends AsyncIterable<T> {
  stop(): Promise<void>;
}

/** Items whose first is asked for now. */
function ahead<T>(items: AsyncGenerator<T, void, undefined>): Ahead<T> {
  const first = items.next();
  // Errors are handled where the result is awaited.
  first.catch(() => {});
  return {
    async *[Symbol.asyncIterator]() {
      const { value, done } = await first;
      if (done) return;
      yield value as T;
      yield* items;
    },
    stop: async () => {
      await first.catch(() => {});
      await items.return();
    },
  };
}

async function* inGroups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
