import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkConfig, evaluate, train } from '../../src/index.js';
import { openSource } from '../../src/library/sources/openSource.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { ffmpeg, temporaryFolder } from '../video/makeVideo.js';

quickFfmpeg();

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const CHANGED = /^warning: .*: other clips are held out than when the run began/;
const warnings = (notes: readonly string[]) => notes.filter((note) => note.startsWith('warning: '));

beforeAll(async () => {
  mkdirSync(at('clips'));
  const row = (name: string) => `clips/${name}.mp4,${name}`;
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const [i, name] of names.entries())
    ffmpeg('-f', 'lavfi', '-i', `testsrc2=s=16x16:r=10:d=1,hue=h=${40 * i}`, at(`clips/${name}.mp4`));
  writeFileSync(at('clips.csv'), `path,group\n${names.map(row).join('\n')}\n`);
  for (const [i, name] of ['dark', 'light'].entries()) {
    mkdirSync(at(`images/${name}`), { recursive: true });
    for (let n = 0; n < 6; n++) {
      const background = { r: 200 * i, g: 8 * n, b: 0 };
      await sharp({ create: { width: 8, height: 8, channels: 3, background } }).toFile(
        at(`images/${name}/${n}.png`),
      );
    }
  }
});

describe('data that have changed since a run began', () => {
  /** What is said of data that a run began with, and what it notes of them. */
  const opened = async (data: object, heldOut?: string) => {
    const split = { ...('videos' in data && { by: 'file' }), ...(heldOut && { heldOut }) };
    const config = { name: 'own', data: { ...data, steps: 3, split }, model: { name: 'pgn' } };
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    return {
      source: await openSource(checkConfig(config, 'own.yaml'), { onNote }),
      notes: () => warnings(notes),
    };
  };

  it.each([
    ['clips of a table', { manifest: at('clips.csv') }],
    ['videos split by file', { videos: [at('clips')] }],
  ])('are noticed where other %s are held out', async (_, data) => {
    const { source, notes } = await opened(data);
    expect(notes()).toEqual([]);
    expect(source.heldOut).toMatch(/^[0-9a-f]{16}$/);
    expect((await opened(data, source.heldOut)).notes()).toEqual([]);
    const table = readFileSync(at('clips.csv'), 'utf8');
    for (const name of ['g', 'h', 'i', 'j']) {
      cpSync(at('clips/a.mp4'), at(`clips/${name}.mp4`));
      writeFileSync(at('clips.csv'), `clips/${name}.mp4,${name}\n`, { flag: 'a' });
    }
    expect((await opened(data, source.heldOut)).notes()).toEqual([expect.stringMatching(CHANGED)]);
    for (const name of ['g', 'h', 'i', 'j']) rmSync(at(`clips/${name}.mp4`));
    writeFileSync(at('clips.csv'), table);
    expect((await opened(data, source.heldOut)).notes()).toEqual([]);
  });

  it('are noticed when a run on images is tested or goes on', async () => {
    const config = (steps: number) => ({
      name: 'own',
      data: { folder: at('images'), size: 8 },
      model: { name: 'cnn', blocks: [{ filters: 2 }] },
      method: { name: 'supervised' },
      training: { steps, labelled: 4, unlabelled: 4, validateEvery: 1 },
    });
    const run = at('run');
    await train({ config: config(1), folder: run });
    const said = async (work: (onNote: (note: string) => void) => Promise<unknown>) => {
      const notes: string[] = [];
      await work((note) => notes.push(note));
      return warnings(notes);
    };
    expect(await said((onNote) => evaluate(run, { onNote }))).toEqual([]);
    for (let n = 6; n < 14; n++) cpSync(at('images/dark/0.png'), at(`images/dark/${n}.png`));
    const changed = [expect.stringMatching(CHANGED)];
    expect(await said((onNote) => evaluate(run, { onNote }))).toEqual(changed);
    expect(await said((onNote) => train({ config: config(2), folder: run, resume: true, onNote }))).toEqual(
      changed,
    );
  });
});
