import { InterruptedError } from '../common/errors.js';
import type { PipelineConfig } from '../config/config.js';
import type { FrameSource } from '../stream/frameSource.js';
import type { Batch } from '../stream/index.js';
import { trainingBatches } from './batches.js';

/**
 * One pass over the training split, which begins to read as soon as it is made: the next pass opens its video and fills its
 * shuffle while the one before is still trained on. Only one loop may go over it.
 */
export class Pass implements AsyncIterable<Batch> {
  /** When all of the split's frames were read; batches of it may still be waiting to be trained on. */
  readonly read: Promise<void>;
  readonly #stop = new AbortController();
  readonly #batches: AsyncGenerator<Batch, void, undefined>;
  readonly #first: Promise<IteratorResult<Batch, void>>;

  constructor(source: FrameSource, { data, training, seed }: PipelineConfig, epoch: number) {
    let end = () => {};
    this.read = new Promise((resolve) => {
      end = resolve;
    });
    const watched = stoppable(source, this.#stop.signal, end);
    this.#batches = trainingBatches(watched, data, training.batch, seed, epoch);
    this.#first = this.#batches.next();
    // The loop over the pass gets the error; without a loop the error does not matter.
    this.#first.catch(() => {});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    try {
      for (let next = await this.#first; !next.done; next = await this.#batches.next()) yield next.value;
    } finally {
      await this.close();
    }
  }

  /** Stop reading. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#batches.return();
  }
}

/** The same source, which can also be stopped from outside and reports its end. */
function stoppable(source: FrameSource, stop: AbortSignal, onEnd: () => void): FrameSource {
  return {
    description: source.description,
    open: async function* (split, signal) {
      for await (const frame of source.open(split, AbortSignal.any([signal, stop]))) {
        if (stop.aborted) throw new InterruptedError(`reading ${source.description} was interrupted`);
        yield frame;
      }
      onEnd();
    },
  };
}
