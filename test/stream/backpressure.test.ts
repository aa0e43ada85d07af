import { filter, map, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { batch, clips, Demand, fromPull, mapAsync, pull, shuffle } from '../../src/stream/index.js';
import type { Frame } from '../../src/video/frame.js';

/** An instant source that counts what it has handed out and whether it was closed. */
function countingSource(total: number) {
  const counter = { given: 0, closed: false };
  async function* open(): AsyncGenerator<Frame> {
    try {
      for (let index = 0; index < total; index++) {
        counter.given++;
        yield { data: new Uint8Array(4), width: 2, height: 2, channels: 1, time: index, index, source: 'a' };
      }
    } finally {
      counter.closed = true;
    }
  }
  return { counter, open };
}

/** Work that takes about a hundred turns of the event loop, where the source needs one. */
async function slowly(): Promise<void> {
  for (let i = 0; i < 100; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

describe('backpressure', () => {
  it('keeps at most the configured number of frames outstanding for 10,000 frames and a sink 100 times slower', async () => {
    const { counter, open } = countingSource(10_000);
    const demand = new Demand();
    let taken = 0;
    let most = 0;
    const frames = fromPull(open, demand).pipe(
      filter(() => true),
      map((frame) => frame),
    );
    for await (const frame of pull(frames, demand, { prefetch: 8 })) {
      expect(frame.index).toBe(taken);
      most = Math.max(most, counter.given - taken);
      await slowly();
      most = Math.max(most, counter.given - taken);
      taken++;
    }
    expect(taken).toBe(10_000);
    expect(most).toBe(8);
  });

  it('holds through clips, shuffle and batch: buffers plus prefetch, nothing more', async () => {
    const { counter, open } = countingSource(4_000);
    const demand = new Demand();
    let consumed = 0;
    let most = 0;
    const batches = fromPull(open, demand).pipe(
      clips({ length: 5 }),
      shuffle({ size: 10, seed: 1 }),
      batch(4),
    );
    for await (const _ of pull(batches, demand, { prefetch: 2 })) {
      await slowly();
      most = Math.max(most, counter.given - consumed);
      consumed += 5 * 4;
    }
    expect(consumed).toBe(4_000);
    // 10 clips in the shuffle buffer, one that takes a place there, and 2 batches of 4 outstanding, to the very end.
    expect(most).toBeLessThanOrEqual((10 + 1 + 2 * 4) * 5);
  });

  it('holds with a slow asynchronous stage in the middle', async () => {
    const { counter, open } = countingSource(500);
    const demand = new Demand();
    let finished = 0;
    let most = 0;
    const worked = fromPull(open, demand).pipe(
      mapAsync(
        async (frame) => {
          await slowly();
          return frame;
        },
        demand,
        { ahead: 3 },
      ),
      tap(() => {
        most = Math.max(most, counter.given - finished);
        finished++;
      }),
    );
    for await (const _ of pull(worked, demand, { prefetch: 4 }));
    expect(finished).toBe(500);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('closes the source when the reader leaves early, and passes errors on', async () => {
    const { counter, open } = countingSource(1_000);
    const demand = new Demand();
    for await (const frame of pull(fromPull(open, demand), demand)) if (frame.index === 3) break;
    await slowly();
    expect(counter.closed).toBe(true);
    expect(demand.held).toBe(false);

    const broken = fromPull(async function* () {
      yield 1;
      throw new Error('the disk fell off');
    }, demand);
    const seen: number[] = [];
    const read = async () => {
      for await (const item of pull(broken, demand)) seen.push(item);
    };
    await expect(read()).rejects.toThrow('the disk fell off');
    expect(seen).toEqual([1]);
  });
});
