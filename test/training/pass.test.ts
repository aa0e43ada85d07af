import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/loadConfig.js';
import { trainingBatches } from '../../src/data/batches.js';
import { Pass } from '../../src/data/pass.js';
import type { FrameSource } from '../../src/stream/frameSource.js';

const config = await loadConfig(resolve(import.meta.dirname, '../../pipelines/video.yaml'), [
  'data.steps=1',
  'data.shuffle=8',
  'training.batch=2',
]);
const { data, training, seed } = config;

/** Frames of one pixel that holds the frame's number; `read` counts them. */
function numbers(count: number): FrameSource & { read: number; stopped: boolean } {
  return {
    description: 'numbers',
    read: 0,
    stopped: false,
    open: async function* (_split, signal) {
      try {
        for (let index = 0; index < count; index++) {
          await new Promise(setImmediate);
          if (signal.aborted) return;
          this.read++;
          yield {
            data: Uint8Array.of(index),
            width: 1,
            height: 1,
            channels: 1,
            time: index,
            index,
            source: 'numbers',
          };
        }
      } finally {
        this.stopped = true;
      }
    },
  };
}

async function contents(batches: AsyncIterable<{ data: Uint8Array }>): Promise<number[][]> {
  const all: number[][] = [];
  for await (const batch of batches) all.push([...batch.data]);
  return all;
}

describe('a pass over the training split', () => {
  it('gives the batches that seed and epoch decide', async () => {
    for (const epoch of [0, 1]) {
      const expected = await contents(trainingBatches(numbers(80), data, training.batch, seed, epoch));
      expect(expected).toHaveLength(20);
      expect(await contents(new Pass(numbers(80), config, epoch))).toEqual(expected);
    }
  });

  it('reads ahead before anyone asks, but no more than the shuffle and the prefetch hold', async () => {
    const source = numbers(200);
    const pass = new Pass(source, config, 0);
    for (let turn = 0; turn < 300; turn++) await new Promise(setImmediate);
    // 8 clips of 2 frames in the shuffle, 3 batches of 2 clips ready.
    expect(source.read).toBeGreaterThanOrEqual(16);
    expect(source.read).toBeLessThanOrEqual(2 * (8 + 3 * 2 + 1));
    await pass.close();
  });

  it('says when its frames were all read, with the shuffle still to be trained on', async () => {
    const pass = new Pass(numbers(20), config, 0);
    await pass.read;
    expect(await contents(pass)).toHaveLength(5);
  });

  it('stops reading when it is closed, before or within the loop', async () => {
    const source = numbers(200);
    const pass = new Pass(source, config, 0);
    await pass.close();
    expect(source.read).toBeLessThan(200);
    const half = numbers(200);
    for await (const batch of new Pass(half, config, 0)) {
      expect(batch.shape[0]).toBe(2);
      break;
    }
    const readThen = half.read;
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(half.read).toBeLessThanOrEqual(readThen + 1);
    expect(half.stopped).toBe(true);
  });

  it('fails for whoever loops over it, and for nobody else', async () => {
    const broken: FrameSource = {
      description: 'broken',
      // biome-ignore lint/correctness/useYield: it fails before the first frame.
      open: async function* () {
        throw new Error('no such video');
      },
    };
    const unheard = new Pass(broken, config, 0);
    await unheard.close();
    await expect(contents(new Pass(broken, config, 0))).rejects.toThrow('no such video');
  });
});
