import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ClipSource, KnownClip } from '../../src/extraction/extractClips.js';
import { keptClipSource } from '../../src/library/analysing/keptClipSource.js';
import { temporaryFolder } from './foreframe.js';

const CLIPS = 3;
const BYTES = 4;

/** Clips of known bytes, with a count of those that were made. */
function counted(): ClipSource & { made: number } {
  const source = {
    description: 'counted',
    split: 'test',
    made: 0,
    count: async () => CLIPS,
    open: async function* ({ length, skip }: { length: number; skip: number }): AsyncGenerator<KnownClip> {
      for (let clip = skip; clip < CLIPS; clip++) {
        source.made++;
        yield {
          data: new Uint8Array(length * BYTES).fill(10 * clip + length),
          file: `clip é ${clip}`,
          clip,
          seconds: Array.from({ length }, (_, t) => t / 10),
          latents: { angle: Array.from({ length }, (_, t) => [clip / 3 + t]) },
          labels: { identity: clip },
        };
      }
    },
  };
  return source;
}

async function all(source: ClipSource, length = 2, skip = 0): Promise<KnownClip[]> {
  const clips: KnownClip[] = [];
  for await (const clip of source.open({ length, skip })) clips.push(clip);
  return clips;
}

it('gives what the source gives, from the file the second time, and by key and length', async () => {
  const folder = temporaryFolder();
  const truth = await all(counted());
  const first = counted();
  const kept = keptClipSource(first, { a: 1 }, folder);
  expect(await all(kept)).toEqual(truth);
  expect(await all(kept, 2, 1)).toEqual(truth.slice(1));
  const second = counted();
  expect(await all(keptClipSource(second, { a: 1 }, folder))).toEqual(truth);
  expect([first.made, second.made]).toEqual([CLIPS, 0]);
  expect(await all(keptClipSource(second, { a: 1 }, folder), 1)).toEqual(await all(counted(), 1));
  await all(keptClipSource(second, { a: 2 }, folder));
  expect(second.made).toBe(2 * CLIPS);
  expect(await readdir(folder)).toHaveLength(3);
});

it('keeps nothing that is not whole, and makes anew what is damaged', async () => {
  const folder = temporaryFolder();
  for await (const _ of keptClipSource(counted(), 'half', folder).open({ length: 2, skip: 0 })) break;
  expect(await readdir(folder)).toEqual([]);
  await all(keptClipSource(counted(), 'cut', folder));
  const path = join(folder, (await readdir(folder))[0]!);
  for (const damage of [
    (await readFile(path)).subarray(0, -1),
    Buffer.from('{}\n'),
    Buffer.from('no line'),
  ]) {
    await writeFile(path, damage);
    const source = counted();
    expect(await all(keptClipSource(source, 'cut', folder))).toEqual(await all(counted()));
    expect(source.made).toBe(CLIPS);
  }
  await rm(folder, { recursive: true });
});

it('keeps in memory only what has no key', async () => {
  const folder = temporaryFolder();
  const source = counted();
  const kept = keptClipSource(source, undefined, folder);
  expect(await all(kept)).toEqual(await all(kept));
  expect(source.made).toBe(CLIPS);
  expect(await readdir(folder)).toEqual([]);
});
