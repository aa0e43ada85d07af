import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildDataset } from '../../datasets/building/build.js';
import { readClipRecords } from '../../datasets/building/clipRecords.js';
import { keptClips } from '../../datasets/building/keptClips.js';
import { bouncingBallsDataset } from '../../datasets/clips/bouncingBallsDataset.js';
import type { Dataset } from '../../datasets/dataset.js';
import { findDataset } from '../../datasets/index.js';
import { InterruptedError } from '../../src/common/errors.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import { openSource } from '../../src/library/sources/openSource.js';
import type { FrameSource, Split } from '../../src/stream/frameSource.js';
import type { Frame } from '../../src/video/frame.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'foreframe-datasets-'));
  vi.stubEnv('FOREFRAME_CACHE', folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function pipeline(data: Record<string, unknown>) {
  return checkConfig({ name: 'test', data, model: { name: 'pgn' } }, 'test');
}

const balls = {
  dataset: 'bouncing-balls',
  clips: { train: 3, validation: 1, test: 1, frames: 12 },
  width: 30,
  height: 30,
};

async function read(source: FrameSource, split: Split): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of source.open(split, new AbortController().signal)) frames.push(frame);
  return frames;
}

/** The largest difference of two pixels. */
function furthest(a: readonly Frame[], b: readonly Frame[]): number {
  return Math.max(
    ...a.flatMap(({ data }, t) => [...data].map((value, i) => Math.abs(value - b[t]!.data[i]!))),
  );
}

describe('frames of a dataset', () => {
  it('come smaller by a whole factor, each pixel the mean of those it stands for', async () => {
    const full = await read(await openSource(pipeline({ ...balls, via: 'arrays' })), 'test');
    const source = await openSource(pipeline({ ...balls, via: 'arrays', width: 10, height: 10 }));
    const small = await read(source, 'test');
    expect(small).toHaveLength(full.length);
    for (const [t, frame] of small.entries()) {
      expect(frame).toMatchObject({ width: 10, height: 10, index: full[t]!.index });
      for (const [x, y] of [
        [0, 0],
        [4, 7],
        [9, 3],
      ] as const) {
        let sum = 0;
        for (const dy of [0, 1, 2])
          for (const dx of [0, 1, 2]) sum += full[t]!.data[(3 * y + dy) * 30 + 3 * x + dx]!;
        expect(frame.data[y * 10 + x]).toBe(Math.round(sum / 9));
      }
    }
  });

  it('are the same as arrays and through mp4 files, to within the rounding of video levels', async () => {
    const encoded = await openSource(pipeline(balls));
    const direct = await openSource(pipeline({ ...balls, via: 'arrays' }));
    expect(direct.description).toBe('bouncing-balls (3 + 1 + 1 clips as arrays)');
    for (const split of ['train', 'validation', 'test'] as const) {
      const [a, b] = [await read(encoded, split), await read(direct, split)];
      expect(b).toHaveLength(12 * balls.clips[split]);
      expect(a.map(({ source, time, data, ...rest }) => rest)).toEqual(
        b.map(({ source, time, data, ...rest }) => rest),
      );
      expect(furthest(a, b)).toBeLessThanOrEqual(1);
      for (const [i, { time }] of a.entries()) expect(time).toBeCloseTo(b[i]!.time, 3);
      expect(new Set(a.map(({ source }) => source)).size).toBe(new Set(b.map(({ source }) => source)).size);
    }
  });

  it('as arrays are made when they are asked for: a split may have no end', async () => {
    const clips = { ...balls.clips, train: 1_000_000_000 };
    const source = await openSource(pipeline({ ...balls, clips, via: 'arrays' }));
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = async () => {
      for await (const frame of source.open('train', stop.signal)) {
        seen.push(frame.source);
        if (seen.length === 30) stop.abort();
      }
    };
    await expect(reading()).rejects.toThrow(InterruptedError);
    expect(seen).toHaveLength(36);
    expect(seen.at(-1)).toBe('bouncing-balls/train/2');
  });

  it.each([
    [
      { ...balls, width: 64, via: 'arrays' },
      'set data.width=30, data.height=30, data.color=grey, or data.via=mp4',
    ],
    [{ ...balls, color: 'rgb', via: 'arrays' }, 'not 30×30 rgb'],
    [{ ...balls, rate: 5, via: 'arrays' }, 'remove data.rate'],
    [{ videos: ['a.mp4'], via: 'arrays' }, 'data.via: arrays is for generated datasets'],
    [{ dataset: 'video-folder' }, 'no video to train on'],
    [{ dataset: 'moving-digit' }, 'did you mean moving-digits?'],
  ])('are refused in one line when they cannot be had: %j', async (data, message) => {
    const opening = openSource(pipeline(data));
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toMatchObject({ exitCode: 2 });
  });

  it('stand still on request, each clip on a frame of its own that the seed chooses', async () => {
    const moving = await read(await openSource(pipeline({ ...balls, via: 'arrays' })), 'train');
    const still = async (extra: object) =>
      read(await openSource(pipeline({ ...balls, still: true, ...extra })), 'train');
    const frames = await still({ via: 'arrays' });
    expect(frames.map(({ data, ...rest }) => rest)).toEqual(moving.map(({ data, ...rest }) => rest));
    const chosen = [0, 1, 2].map((clip) => {
      const shown = frames.slice(12 * clip, 12 * clip + 12);
      for (const { data } of shown) expect(data).toEqual(shown[0]!.data);
      return moving
        .slice(12 * clip, 12 * clip + 12)
        .findIndex(({ data }) => data === shown[0]!.data || Buffer.from(data).equals(shown[0]!.data));
    });
    expect(chosen.every((t) => t >= 0)).toBe(true);
    expect(new Set(chosen).size).toBeGreaterThan(1);
    expect(furthest(await still({ via: 'mp4' }), frames)).toBeLessThanOrEqual(1);
  });

  it('of own videos cannot stand still where clips overlap', async () => {
    writeFileSync(join(folder, 'a.mp4'), '');
    const data = { videos: [join(folder, 'a.mp4')], still: true, stride: 2 };
    await expect(openSource(pipeline(data))).rejects.toThrow();
  });
});

describe('a built dataset', () => {
  it('carries latent variables and labels beside its clips', async () => {
    const clips = await bouncingBallsDataset.open();
    const labelled: Dataset = {
      card: { ...bouncingBallsDataset.card, name: 'labelled-balls', labels: { number: 'of the clip' } },
      open: async () => (split, index, frames) => ({
        ...clips(split, index, frames),
        labels: { number: index },
      }),
    };
    const { splits } = await buildDataset(labelled, balls.clips, folder);
    const records = await readClipRecords(splits.train);
    expect([...records.keys()]).toEqual(readdirSync(splits.train).filter((file) => file.endsWith('.mp4')));
    expect(records.get('00002.mp4')).toEqual({
      split: 'train',
      index: 2,
      latents: clips('train', 2, 12).latents,
      labels: { number: 2 },
    });
  });

  it('without labels has none, and says where records are missing or damaged', async () => {
    const { splits } = await buildDataset(bouncingBallsDataset, balls.clips, folder);
    expect((await readClipRecords(splits.test)).get('00000.mp4')!.labels).toEqual({});
    await expect(readClipRecords(folder)).rejects.toThrow(`${folder} has no readable clips.jsonl`);
    writeFileSync(join(folder, 'clips.jsonl'), '{"file":"00000.mp4","index":0\n');
    await expect(readClipRecords(folder)).rejects.toThrow(/clips.jsonl, line 1, is damaged/);
  });

  it('that is stopped, or fails, waits for its encoders and leaves nothing behind', async () => {
    const root = join(folder, 'stopped');
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const stopped = buildDataset(bouncingBallsDataset, balls.clips, root, {
      signal: stop.signal,
      onProgress,
    });
    await expect(stopped).rejects.toThrow(InterruptedError);
    await expect(stopped).rejects.toThrow('building bouncing-balls was stopped');
    expect(readdirSync(root)).toEqual([]);

    const clips = await bouncingBallsDataset.open();
    let written = 0;
    const second: Dataset = {
      card: bouncingBallsDataset.card,
      open: async () => (split, index, frames) => {
        if (index === 1) throw new Error('the second');
        return clips(split, index, frames);
      },
    };
    const failing = buildDataset(second, balls.clips, root, { onProgress: () => written++ });
    await expect(failing).rejects.toThrow('the second');
    expect(written).toBe(1);
    expect(readdirSync(root)).toEqual([]);
  });

  it('names the folder that cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    const root = join(folder, 'file', 'below');
    const words = `cannot write ${root}: a file stands where a folder is needed`;
    await expect(buildDataset(bouncingBallsDataset, balls.clips, root)).rejects.toThrow(words);
    await expect(keptClips(bouncingBallsDataset, balls.clips, root)).rejects.toThrow(words);
  });

  it('asks only for what it lacks: nothing is opened when it is there', async () => {
    const unopened: Dataset = {
      card: bouncingBallsDataset.card,
      open: () => Promise.reject(new Error('opened')),
    };
    const first = await buildDataset(bouncingBallsDataset, balls.clips, folder);
    expect(await buildDataset(unopened, balls.clips, folder)).toEqual(first);
  });

  it('is found by its name', () => {
    expect(findDataset('moving-digits').card.labels).toEqual({
      digit0: 'the digit, 0 to 9',
      digit1: 'the digit, 0 to 9',
    });
  });
});
