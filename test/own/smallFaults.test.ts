import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { withoutPasswords } from '../../src/common/text/withoutPasswords.js';
import { loadConfig } from '../../src/config/loadConfig.js';
import { loadRun } from '../../src/engine/loadRun.js';
import { exportModel } from '../../src/library/exportModel.js';
import { ownSummary } from '../../src/library/sources/ownSummary.js';
import { pipelinePath } from '../../src/library/sources/pipelinePath.js';
import { openRunSource } from '../../src/library/sources/runSource.js';
import { train } from '../../src/library/train.js';
import { saveCheckpoint } from '../../src/runs/checkpoint.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { jobLines } from '../../src/sweep/jobLines.js';
import { prepareSweep } from '../../src/sweep/prepare.js';
import { temporaryFolder } from '../video/makeVideo.js';

const folder = temporaryFolder();

it('a column without any value is said to have none', async () => {
  const table = join(folder, 'images.csv');
  for (const name of ['a', 'b', 'c'])
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } }).toFile(
      join(folder, `${name}.png`),
    );
  writeFileSync(table, 'path,weight,note\na.png,,\nb.png,,\nc.png,,\n');
  const { summary } = await ownSummary('manifest', table);
  expect(summary.columns).toEqual([
    { name: 'weight', missing: 3, kind: 'empty' },
    { name: 'note', missing: 3, kind: 'empty' },
  ]);
});

it('no line of a job holds a password', async () => {
  const lines = async (video: string) =>
    jobLines(await prepareSweep({ pipeline: 'video', videos: [video] }, join(folder, 'sweep')));
  expect(await lines('http://camera/a.mp4')).toHaveLength(1);
  await expect(lines('http://me:hunter2@camera/a.mp4')).rejects.toThrow(
    /^a job is a line that others can read, and would show the password of http:\/\/camera\/a\.mp4: save/,
  );
});

it.each([
  [
    'srt://host:9?streamid=#!::r=live,u=me,passphrase=abc&latency=20',
    'srt://host:9?streamid=#!::r=live,u=me,passphrase=***&latency=20',
  ],
  ['srt://host:9?streamid=#!::passphrase=abc', 'srt://host:9?streamid=#!::passphrase=***'],
  ['srt://host:9?streamid=%23!::u%3Dme%2Cpass%3Dabc', 'srt://host:9?streamid=%23!::u%3Dme%2Cpass%3D***'],
  ['srt://host:9?streamid=read:cam:me:abc', 'srt://host:9?streamid=read:cam:***'],
  ['srt://host:9?streamid=read:cam', 'srt://host:9?streamid=read:cam'],
  ['srt://host:9?mode=caller&latency=20', 'srt://host:9?mode=caller&latency=20'],
])('%s', (address, shown) => {
  expect(withoutPasswords(address)).toBe(shown);
});

it('weights that learned nothing are named where they are loaded or exported', async () => {
  const set = ['data.width=16', 'data.height=16', 'training.batch=2'];
  const run = await RunFolder.create(join(folder, 'first'), await loadConfig(pipelinePath('video'), set), {});
  // No weights in it: the note comes before they are missed.
  await saveCheckpoint(run.last, { position: { step: 0, epoch: 0, batch: 0, seconds: 0 }, state: {} });
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  await loadRun(run.path, { onNote }).catch(() => {});
  await exportModel(run.path, { onNote }).catch(() => {});
  expect(notes).toHaveLength(2);
  for (const note of notes) expect(note).toContain(`${run.path} has learned nothing yet`);
});

it('a run that names no videos, as the live page saves, says what can be done with it', async () => {
  const path = join(folder, 'live');
  const config = await loadConfig(pipelinePath('live'));
  const run = await RunFolder.create(path, config, {});
  const line = new RegExp(
    '^.*live names no videos, as runs that the live page saved: see .*`foreframe predict .*live VIDEO`, or train on from it with ' +
      '`foreframe train .*config\\.yaml VIDEO --run NAME --set training\\.startFrom=.*live`$',
  );
  await expect(openRunSource(run, config)).rejects.toThrow(line);
  await expect(train({ folder: path, resume: true })).rejects.toThrow(line);
});
