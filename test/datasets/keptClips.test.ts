import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildDataset } from '../../datasets/building/build.js';
import { keptClips } from '../../datasets/building/keptClips.js';
import { bouncingBallsDataset } from '../../datasets/clips/bouncingBallsDataset.js';
import type { Dataset } from '../../datasets/dataset.js';

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

it('keeps clips under a key of what decides them: not the wording of the card, but sizes and the version', async () => {
  const root = join(folder, 'keys');
  const { card } = bouncingBallsDataset;
  const few = { train: 1, validation: 1, test: 1, frames: 2 };
  const folders = async (dataset: Dataset, asked = few) => {
    await keptClips(dataset, asked, root);
    return (await readdir(root)).length;
  };
  expect(await folders(bouncingBallsDataset)).toBe(1);
  const reworded = { ...card, description: 'Balls.', title: 'Three balls', splits: 'Any.' };
  expect(await folders({ ...bouncingBallsDataset, card: reworded })).toBe(1);
  expect(await folders({ ...bouncingBallsDataset, version: 2 })).toBe(2);
  expect(await folders(bouncingBallsDataset, { ...few, frames: 3 })).toBe(3);
  const built = await buildDataset(bouncingBallsDataset, few, root);
  expect(await buildDataset({ ...bouncingBallsDataset, card: reworded }, few, root)).toEqual(built);
});

it('uses clips that an older foreframe kept under a key of the whole card', async () => {
  const root = join(folder, 'older');
  const { card } = bouncingBallsDataset;
  const few = { train: 1, validation: 1, test: 1 };
  await keptClips(bouncingBallsDataset, few, root);
  const [name] = await readdir(root);
  const key = createHash('sha256')
    .update(JSON.stringify([card, few]))
    .digest('hex')
    .slice(0, 8);
  const older = `${card.name}-${key}-frames`;
  expect(name).not.toBe(older);
  await rename(join(root, name!), join(root, older));
  const balls = countedBalls();
  await keptClips(balls, few, root);
  expect([balls.made, await readdir(root)]).toEqual([0, [older]]);
});
