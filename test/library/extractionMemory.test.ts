import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getHeapSpaceStatistics } from 'node:v8';
import { afterAll, describe, expect, it } from 'vitest';
import { collectGarbage } from '../../bench/memory/soak.js';
import type { LatentRows, LatentsMetadata } from '../../src/analysis/latents/latentsFile.js';
import { LatentsWriter } from '../../src/analysis/latents/latentsWriter.js';

const folder = await mkdtemp(join(tmpdir(), 'foreframe-memory-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Rows as a video that is followed gives them: a few at a time. */
const AT_ONCE = 8;
const GROUP_BYTES = 2 ** 20;
let files = 0;

function metadataOf(width: number): LatentsMetadata {
  const of = { run: 'runs/a', model: 'pgn', config: '', data: 'long.mp4', split: 'all', pool: 'mean' };
  return { ...of, seed: 1, step: 1, weights: 'trained', clipLength: 0, times: [], layers: { h: [width] } };
}

/** The same arrays each time, so that all that is new is the writer's. */
function batchOf(width: number): LatentRows {
  const count = Float64Array.from({ length: AT_ONCE }, (_, i) => i / 7);
  return {
    rows: AT_ONCE,
    columns: {
      file: Array.from(count, () => 'long.mp4'),
      frame: Int32Array.from(count, (_, i) => i),
      seconds: count,
      prediction_error: count.with(0, Number.NaN),
    },
    optional: ['prediction_error'],
    layers: {
      h: {
        rows: AT_ONCE,
        columns: width,
        data: Float32Array.from({ length: AT_ONCE * width }, (_, i) => Math.sin(i)),
      },
    },
  };
}

/** Write so many row groups. @param look after each */
async function writeGroups(width: number, groups: number, look: () => void): Promise<void> {
  const path = join(folder, `${files++}.parquet`);
  const writer = await LatentsWriter.open(path, metadataOf(width), { rowGroupBytes: GROUP_BYTES });
  const batch = batchOf(width);
  for (let group = 0, saved = 0; group < groups; ) {
    await writer.write(batch);
    if (writer.savedRows === saved) continue;
    saved = writer.savedRows;
    group++;
    look();
  }
  await writer.finish();
  await rm(path);
}

/** Bytes of JavaScript's own lists that are too long for its other spaces: those that make a process large. */
function longLists(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'large_object_space')!
    .space_used_size;
}

describe.each([16, 3000])('writing rows of %d activations', (width) => {
  it('makes no lists of what typed arrays hold', async () => {
    collectGarbage();
    const before = longLists();
    const seen: number[] = [];
    await writeGroups(width, 6, () => seen.push(longLists() - before));
    // What they would take for one row group alone: 8 bytes for each activation, and more for its levels.
    expect(Math.max(...seen)).toBeLessThan(GROUP_BYTES / 2);
  });

  it('keeps nothing of row groups that are on disk but where they are', async () => {
    const held: number[] = [];
    await writeGroups(width, 12, () => {
      // Twice: what arrays held is given back in the background, which the second waits for.
      collectGarbage();
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      held.push(heapUsed + arrayBuffers);
    });
    // The first groups are those that buffers grow with.
    expect(held.at(-1)! - held[5]!).toBeLessThan(GROUP_BYTES / 2);
  });
});
