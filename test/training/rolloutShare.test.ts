import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bouncingBallsDataset } from '../../datasets/clips/bouncingBallsDataset.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import { trainRun } from '../../src/learning/trainRun.js';
import { readMetrics } from '../../src/runs/metricsLog.js';
import type { FrameSource } from '../../src/stream/frameSource.js';

const SIZE = 12;

const balls: FrameSource = {
  description: 'balls',
  open: async function* (split) {
    const clips = await bouncingBallsDataset.open();
    for (const { data, ...frame } of clips(split, 0, 40).frames) {
      const small = Uint8Array.from({ length: SIZE * SIZE }, (_, i) => data[(i * 5) % data.length]!);
      yield { ...frame, data: small, width: SIZE, height: SIZE };
    }
  },
};

const trained = new Map<string, Promise<number[]>>();

/** What such a training loses; it is trained once. */
function losses(steps: number, rollout: number | string): Promise<number[]> {
  const key = JSON.stringify([steps, rollout]);
  const known = trained.get(key) ?? train(steps, rollout);
  trained.set(key, known);
  return known;
}

async function train(steps: number, rollout: number | string): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'foreframe-rollout-'));
  const config = checkConfig(
    {
      name: 'small',
      threads: 1,
      data: { width: SIZE, height: SIZE, steps, shuffle: 0, prefetch: 1 },
      model: { name: 'frame-stack', channels: 4, blocks: 1 },
      method: { name: 'next-frame', rollout },
      training: { batch: 2, steps: 3, learningRate: 0.01 },
    },
    'test',
  );
  const { engine } = await trainRun({ config, source: balls, folder });
  await engine.dispose();
  return readMetrics(join(folder, 'metrics.jsonl')).flatMap(({ loss }) => loss ?? []);
}

it.each([
  [0.5, 4, 2],
  [0.5, 5, 2],
  [0.2, 5, 1],
  [0.2, 4, 0],
])('a share of %d of %i frames watched are %i own predictions', async (share, steps, frames) => {
  const shared = await losses(steps, share);
  expect(shared).toHaveLength(3);
  expect(shared).toEqual(await losses(steps, frames));
  if (frames > 0) expect(shared).not.toEqual(await losses(steps, 0));
});

it('refuses others in one line', async () => {
  for (const wrong of [1.5, -0.2, 'half'])
    await expect(losses(4, wrong)).rejects.toThrow(
      /method\.rollout: a whole number of frames from 0 on, or a share of them below 1/,
    );
  await expect(losses(4, 4)).rejects.toThrow(/method\.rollout: must be smaller than data\.steps/);
});
