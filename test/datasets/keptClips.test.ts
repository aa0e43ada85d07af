import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bouncingBallsDataset } from '../../datasets/bouncingBallsDataset.js';
import type { Dataset } from '../../datasets/dataset.js';
import { keptClips } from '../../datasets/keptClips.js';

const counts = { train: 3, validation: 1, test: 2, frames: 5 };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foreframe-kept-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The balls, with a count of the clips that were made. */
function countedBalls(): Dataset & { made: number } {
  const dataset = {
    ...bouncingBallsDataset,
    made: 0,
    open: async () => {
      const clips = await bouncingBallsDataset.open();
      return (...args: Parameters<typeof clips>) => {
        dataset.made++;
        return clips(...args);
      };
    },
  };
  return dataset;
}

it('gives the same frames as the dataset, and makes each clip once', async () => {
  const balls = countedBalls();
  const clips = await bouncingBallsDataset.open();
  for (let time = 0; time < 2; time++) {
    const kept = await keptClips(balls, counts, folder);
    for (const split of ['train', 'validation', 'test'] as const) {
      for (let index = 0; index < counts[split]; index++)
        expect(kept(split, index)).toEqual(clips(split, index, counts.frames).frames);
    }
  }
  expect(balls.made).toBe(6);
});

it('leaves nothing behind when it is stopped, and begins anew', async () => {
  const root = join(folder, 'stopped');
  const stop = new AbortController();
  const stopped = keptClips(bouncingBallsDataset, counts, root, {
    signal: stop.signal,
    onProgress: (done) => {
      if (done === 2) stop.abort();
    },
  });
  await expect(stopped).rejects.toThrow('making bouncing-balls was stopped');
  expect(await readdir(root)).toEqual([]);
  const kept = await keptClips(bouncingBallsDataset, counts, root);
  expect(kept('test', 1)).toHaveLength(5);
});
