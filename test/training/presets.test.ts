import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pipelineCards } from '../../src/cli/pipelines.js';
import { loadConfig } from '../../src/config/loadConfig.js';
import { train } from '../../src/index.js';
import { pipelinePath } from '../../src/library/sources/pipelinePath.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { testVideo } from '../video/makeVideo.js';

quickFfmpeg();

const folder = mkdtempSync(join(tmpdir(), 'foreframe-presets-'));
const video = join(folder, 'my.mp4');
beforeAll(() => {
  testVideo(video, 'testsrc2=size=64x48:rate=25:duration=12');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const presets = pipelineCards().filter(
  ({ learnsFrom }) => learnsFrom === 'your video' || learnsFrom.startsWith('npm:'),
);

it('there is one for each usual need', () => {
  expect(presets.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      ...['video', 'webcam', 'street-camera', 'talking-face'],
      ...['screen-recording', 'video-colour', 'video-128'],
    ]),
  );
});

it.each(presets)('$name trains on a video of one’s own and validates', async ({ name }) => {
  const set = [
    'training.seconds=null',
    'training.steps=1',
    'training.validationBatches=1',
    'data.shuffle=0',
    'data.steps=3',
  ];
  const trained = await train({
    pipeline: name,
    videos: [video],
    set: [...set, 'training.batch=2'],
    folder: join(folder, name),
  });
  if (trained.kind !== 'clips') return expect.fail('it learns from clips');
  const { config, position } = trained;
  expect(config.data.videos).toEqual([video]);
  expect(position).toMatchObject({ step: 1, best: { error: expect.any(Number) } });
});

it('takes settings that were written for the convolutional LSTM of one layer', async () => {
  const { model } = await loadConfig(pipelinePath('video'), ['model.channels=[4]']);
  expect(model).toMatchObject({ name: 'frame-stack', channels: 4 });
  await expect(loadConfig(pipelinePath('video'), ['model.channels=[4, 6]'])).rejects.toThrow(
    /model\.channels/,
  );
});
