import { InterruptedError } from '../common/errors.js';
import type { PipelineConfig } from './config.js';
import { PIXELS } from './encodeEngine.js';
import type { Engine } from './engine.js';
import type { ClipSource, KnownClip } from './extractClips.js';
import { columnsOf, type LatentBatch, type LayerRows, rowsFrom } from './extractRows.js';
import { frameShapeOf } from './frameShape.js';

/** Clips to rows, through TensorFlow or, for pixels, without. */
export class Encoder {
  readonly #slots: readonly Uint8Array[];
  readonly #frameBytes: number;
  #next = 0;

  constructor(
    config: PipelineConfig,
    readonly engine: Engine | undefined,
    readonly what: {
      readonly batch: number;
      readonly times: readonly number[];
      readonly shapes: Readonly<Record<string, readonly number[]>>;
      readonly split: string;
    },
  ) {
    const { height, width, channels } = frameShapeOf(config.data);
    this.#frameBytes = height * width * channels;
    const bytes = what.batch * what.times.at(-1)! * this.#frameBytes;
    // Shared with the training thread; one is filled while it watches the other.
    this.#slots = [0, 1].map(() => new Uint8Array(new SharedArrayBuffer(bytes)));
  }

  async encode(clips: readonly KnownClip[]): Promise<LatentBatch> {
    const { times, shapes, split } = this.what;
    const slot = this.#slots[this.#next++ % 2]!;
    const clipBytes = times.at(-1)! * this.#frameBytes;
    clips.forEach(({ data }, i) => {
      slot.set(data.subarray(0, clipBytes), i * clipBytes);
    });
    const rows = clips.length * times.length;
    const layers: Record<string, LayerRows> = {};
    const pixels = PIXELS in shapes ? this.#pixels(clips) : undefined;
    const answers = (await this.engine?.run('encode', { clips: slot })) ?? {};
    for (const [name, shape] of Object.entries(shapes)) {
      const columns = sizeOf(shape);
      const data = name === PIXELS ? pixels! : (answers[name]!.data as Float32Array);
      // The rest of a last batch that is not full was left over from the one before.
      layers[name] = { rows, columns, data: data.subarray(0, rows * columns) };
    }
    return { rows, columns: columnsOf(clips, split, times), layers };
  }

  #pixels(clips: readonly KnownClip[]): Float32Array {
    const { times } = this.what;
    const size = this.#frameBytes;
    const values = new Float32Array(clips.length * times.length * size);
    clips.forEach(({ data }, i) => {
      times.forEach((time, j) => {
        const at = (i * times.length + j) * size;
        for (let p = 0; p < size; p++) values[at + p] = data[(time - 1) * size + p]! / 255;
      });
    });
    return values;
  }
}

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
  let pending: Promise<LatentBatch> | undefined;
  try {
    for await (const clips of inGroups(source.open({ length, skip: skipped * batch, signal }), batch)) {
      if (signal?.aborted)
        throw new InterruptedError(`extracting from ${source.description} was interrupted`);
      const next = encoder.encode(clips);
      // What goes wrong is heard where it is waited for.
      next.catch(() => {});
      if (pending) yield ready(await pending);
      pending = next;
    }
    if (pending) yield ready(await pending);
  } finally {
    await pending?.catch(() => {});
  }
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

/** Numbers in an array of that shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
