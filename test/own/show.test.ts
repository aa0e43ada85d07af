import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { showDataset } from '../../src/index.js';
import { expectRefusal } from '../cli/foreframe.js';
import { keptForeframe } from '../cli/keptForeframe.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { ffmpeg, temporaryFolder } from '../video/makeVideo.js';

quickFfmpeg();

const kept = keptForeframe();
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** Clips of 0.5 to 1.2 seconds, ten frames a second. */
beforeAll(() => {
  for (const label of ['cat', 'dog']) {
    mkdirSync(at(`clips/${label}`), { recursive: true });
    for (let i = 0; i < 8; i++)
      ffmpeg(
        ...['-f', 'lavfi', '-i', `testsrc2=s=32x32:r=10:d=${0.5 + 0.1 * i}`, '-pix_fmt', 'yuv420p'],
        at(`clips/${label}/${i}.mp4`),
      );
  }
  const row = (label: string, i: number) =>
    `clips/${label}/${i}.mp4,${i === 7 ? '' : label},p${i % 4},${i === 0 ? '' : i},${i % 2 ? 'sunny' : ''}`;
  const rows = ['cat', 'dog'].flatMap((label) => Array.from({ length: 8 }, (_, i) => row(label, i)));
  writeFileSync(at('clips.csv'), `path,label,group,age,note\n${rows.join('\n')}\n`);
});

describe('datasets show', () => {
  it('tells what a table holds as training would read it: rows, times, groups, columns, classes by split', async () => {
    const { code, stdout, stderr } = await kept(['datasets', 'show', 'clips.csv'], { cwd: folder });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      'clips.csv: 16 rows of 16 files, 136 frames, 13.6 s in all, 0.50 to 1.20 s each',
    );
    expect(stdout).toContain('column:   age: numbers from 1 to 7; 2 rows have none');
    expect(stdout).toContain('column:   note: text, 1 different: sunny; 8 rows have none');
    expect(stdout).toMatch(/groups: {3}4 \(\d \+ \d \+ \d to train, validate and test\)/);
    expect(stdout).toMatch(/cat +7 .*\ndog +7 .*\nno class +2 .*\nall +16 /);
    expect(stdout).toContain('split by group');
    const { width } = await sharp(at('clips.png')).metadata();
    expect(width).toBeGreaterThan(200);
  });

  it('tells the same of a folder for each class, for programs too', async () => {
    const { own } = await showDataset(at('clips'), { out: at('folder.png') });
    expect(own).toMatchObject({
      ...{ rows: 16, files: 16, frames: 136, columns: [], notes: [] },
      splits: { given: false, rows: { train: 12, validation: 2, test: 2 } },
      classes: ['cat', 'dog'].map((name) => ({
        ...{ name, rows: 8 },
        splits: { train: 6, validation: 1, test: 1 },
      })),
    });
    expect(own).not.toHaveProperty('groups');
    const pictures = at('pictures');
    for (const name of ['a', 'b']) {
      mkdirSync(join(pictures, name), { recursive: true });
      for (const i of [0, 1, 2])
        await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } }).toFile(
          join(pictures, name, `${i}.png`),
        );
    }
    const shown = await showDataset(pictures, { out: at('pictures.png') });
    expect(shown.own).toMatchObject({ rows: 6, frames: 6 });
    expect(shown.own).not.toHaveProperty('seconds');
  });

  it.each([
    [
      'late.csv',
      'path,end\nclips/cat/0.mp4,9\n',
      /late\.csv: row 1 \(line 2\), column end: 9 s is past the end/,
    ],
    ['gone.csv', 'path\nclips/cat/no.mp4\n', /gone\.csv: row 1 \(line 2\), column path: there is no file/],
    ['few.csv', 'path\nclips/cat/0.mp4\n', /few\.csv has 1 file, too few to have one in each split/],
    ['clock.csv', 'path,seconds\nclips/cat/0.mp4,1\n', /column seconds is one that foreframe writes itself/],
  ])('says in a line what is wrong in %s, and writes nothing', async (name, text, words) => {
    writeFileSync(at(name), text);
    expectRefusal(await kept(['datasets', 'show', name], { cwd: folder }), 1, words);
    expect(existsSync(at(name.replace('csv', 'png')))).toBe(false);
  });

  it('of a stray file beside the classes too', async () => {
    mkdirSync(at('stray/cat'), { recursive: true });
    for (const name of ['stray/cat/0.mp4', 'stray/0.mp4'])
      writeFileSync(at(name), readFileSync(at('clips/cat/0.mp4')));
    expectRefusal(
      await kept(['datasets', 'show', 'stray'], { cwd: folder }),
      1,
      /0\.mp4 lies beside the folders of the classes: move it into one of cat/,
    );
  });
});
