import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Latents, readLatents } from '../../src/analysis/latents/readLatents.js';
import { type ExtractionOptions, extract, train } from '../../src/index.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';

quickFfmpeg();

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const CLASSES = ['cat', 'dog'];
/** The clips of both, all of them, in the order of their names. */
const FILES = CLASSES.flatMap((label) => [1, 2, 3].map((n) => `${label}/${n}.mp4`));
const model = { name: 'pgn', filters: [4, 4], lstm: 8 };
const size = { width: 16, height: 16, steps: 4 };
const training = { batch: 2, steps: 1 };

let files = 0;
async function rowsOf(run: string, options: Omit<ExtractionOptions, 'out'>): Promise<Latents> {
  const out = at(`rows${files++}.parquet`);
  await extract(at(run), { ...options, out });
  return readLatents(out);
}

beforeAll(async () => {
  testVideo(at('long.mp4'), 'testsrc2=size=32x32:rate=10:duration=12');
  for (const label of CLASSES) {
    mkdirSync(at(`classes/${label}`), { recursive: true });
    for (const n of [1, 2, 3])
      testVideo(at(`classes/${label}/${n}.mp4`), `testsrc=size=32x32:rate=10:duration=0.${4 + n}`);
  }
  const lines = FILES.map((file) => `classes/${file},${file.split('/')[0]}`);
  writeFileSync(at('table.csv'), ['path,label', ...lines, ''].join('\n'));
  // Each of its own videos divided in time, a part of it left out: nothing that could be done with clips of a table.
  const cut = { videos: [at('long.mp4')], ...size, split: { by: 'time' as const }, start: 1, duration: 10 };
  await train({ config: { name: 'cut', data: cut, model, training }, folder: at('cut') });
  const labelled = { manifest: at('table.csv'), ...size, split: { train: 0.4, validation: 0.3 } };
  await train({ config: { name: 'own', data: labelled, model, training }, folder: at('own') });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('clips of one’s own', () => {
  it.each(['table.csv', 'classes'])(
    'are looked into by a run that learned from a part of one video: %s',
    async (data) => {
      const followed = await rowsOf('cut', { data: at(data), every: 'video' });
      const clips = await rowsOf('cut', { data: at(data) });
      const name = (file: string) => file.replace(/^(.*\/)?classes\//, '');
      for (const { columns } of [followed, clips]) {
        const { label, file } = columns as Record<string, string[]>;
        expect([...new Set(file!.map(name))]).toEqual(FILES);
        expect(label).toEqual(file!.map((each) => name(each).split('/')[0]));
        expect(new Set(columns.split as string[])).toEqual(new Set(['all']));
      }
      expect(followed.rows).toBe(FILES.length);
    },
  );

  it('are of the splits of the run where they are those that it learned from, named or not', async () => {
    const splits: unknown[] = [];
    for (const data of [undefined, at('table.csv')])
      for (const every of ['video', undefined] as const) {
        const { columns } = await rowsOf('own', { data, every });
        const { file, split } = columns as Record<string, string[]>;
        splits.push(new Map(file!.map((each, row) => [each, split![row]])));
      }
    const [first, ...others] = splits as Map<string, string>[];
    expect(new Set(first!.values())).toEqual(new Set(['train', 'validation', 'test']));
    for (const other of others) expect(other).toEqual(first);
  });

  it('stand beside videos, with what a caller knows of them', async () => {
    const data = [
      { video: at('table.csv'), columns: { camera: 'a' } },
      { video: at('long.mp4'), columns: { camera: 'b' } },
    ];
    const { columns } = await rowsOf('cut', { data, every: 'video' });
    expect(columns.camera).toEqual([...FILES.map(() => 'a'), 'b']);
    expect(columns.label).toEqual([...FILES.map((file) => file.split('/')[0]), '']);
  });
});

it.each([undefined, 'video'] as const)('a run’s configuration is read once (every: %s)', async (every) => {
  const read = vi.spyOn(RunFolder.prototype, 'readAnyConfig');
  await rowsOf('cut', { data: at('long.mp4'), every });
  expect(read).toHaveBeenCalledTimes(1);
});
