import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { datasetsShowCommand } from '../../src/cli/datasets.js';
import { checkConfig } from '../../src/config/loadConfig.js';
import { predict } from '../../src/library/predict.js';
import { extractData } from '../../src/library/sources/extractData.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { testVideo } from '../video/makeVideo.js';
import { temporaryFolder } from './foreframe.js';

const VIDEO = 'npm:some-videos@1.2.3/media/a.mp4';
const data = { width: 16, height: 16, steps: 4, videos: [VIDEO] };
const config = checkConfig({ name: 'test', data, model: { name: 'pgn' } }, 'test');
let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  vi.stubEnv('FOREFRAME_CACHE', folder);
  // As it lies in the cache after it was fetched.
  const media = join(folder, 'npm', 'some-videos-1.2.3', 'media');
  mkdirSync(media, { recursive: true });
  writeFileSync(join(media, '..', 'package.json'), '{}');
  testVideo(join(media, 'a.mp4'), 'testsrc=s=64x48:r=25:d=4');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

async function clipsOf(named: string | undefined): Promise<number> {
  const source = await extractData(named, config, {});
  let count = 0;
  for await (const { file } of source.open({ length: 5, skip: 0 })) {
    expect(file).toMatch(/media.a\.mp4$/);
    count++;
  }
  return count;
}

it('extracts from a video of a package, named by hand or by the pipeline', async () => {
  expect(await clipsOf(VIDEO)).toBe(20);
  // A tenth of it is the test split.
  expect(await clipsOf(undefined)).toBe(2);
});

it('shows one on a contact sheet', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  await datasetsShowCommand('video-folder', { videos: [VIDEO], out: join(folder, 'sheet.png') });
  expect(existsSync(join(folder, 'sheet.png'))).toBe(true);
});

it('predicts one: a wrong name, or a folder that cannot be made, is refused before the model is loaded', async () => {
  const run = await RunFolder.create(join(folder, 'run'), config, {});
  const predicted = (video: string, out: string) => predict(run.path, video, { out: join(folder, out) });
  await expect(predicted('npm:some-videos', 'a.mp4')).rejects.toThrow('name a video of a package as npm:');
  await expect(predicted('npm:some-videos@1.2.3/b.mp4', 'a.mp4')).rejects.toThrow(/no file.*b\.mp4/);
  writeFileSync(join(folder, 'file'), '');
  await expect(predicted(VIDEO, 'file/a.mp4')).rejects.toThrow(
    `cannot write ${join(folder, 'file')}: a file`,
  );
  await expect(predicted(VIDEO, 'a.mp4')).rejects.toThrow('this run has not saved yet');
});
