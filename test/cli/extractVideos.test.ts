import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLatents } from '../../src/analysis/latents/readLatents.js';
import { type ExtractionOptions, extract, ForeframeError } from '../../src/index.js';
import { testVideo } from '../video/makeVideo.js';
import { expectRefusal, foreframe, TINY, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

const kept = keptForeframe();
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const run = at('run');

/** @param onStart wants a process of its own, to stop it */
function extracting(out: string, args: readonly string[], onStart?: (child: ChildProcess) => void) {
  const command = ['extract', run, ...args, '--out', at(out)];
  return onStart ? foreframe(command, { cwd: folder, onStart }) : kept(command, { cwd: folder });
}

/** A signal when so many row groups are on disk. */
function signalAfter(groups: number, out: string, signal: NodeJS.Signals): (child: ChildProcess) => void {
  const journal = at(`${out}.partial/journal.jsonl`);
  const there = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 2 : -1);
  return (child) => {
    const timer = setInterval(() => {
      if (there() < groups) return;
      // Once: a second Ctrl-C would end it at once.
      clearInterval(timer);
      child.kill(signal);
    }, 5);
    child.on('exit', () => clearInterval(timer));
  };
}

beforeAll(async () => {
  testVideo(at('a.mp4'), 'testsrc=size=64x48:rate=25:duration=2');
  testVideo(at('b.mp4'), 'testsrc2=size=64x48:rate=25:duration=1');
  const settings = ['--set', 'training.steps=4'];
  const trained = await kept(['train', 'demo', ...TINY, ...settings, '--run', run]);
  expect(trained.code, trained.stderr).toBe(0);
}, 600_000);

describe('foreframe extract --every', () => {
  it('follows several videos, folders and patterns included', async () => {
    const { code, stdout, stderr } = await extracting('two.parquet', [
      'a.mp4',
      'b.*',
      '--every',
      '1s',
      '--json',
    ]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 3,
      clips: 2,
      frames: 75,
      times: [],
      layers: { 'lstm.h': [8] },
    });
    const { columns, metadata } = await readLatents(at('two.parquet'));
    expect(columns.file).toEqual(['a.mp4', 'a.mp4', 'b.mp4']);
    expect([...columns.frame!]).toEqual([24, 49, 24]);
    expect(metadata).toMatchObject({ every: '1s', data: 'a.mp4, b.*', split: 'all', times: [] });
  });

  it('ends a live input at Ctrl-C with a whole file', async () => {
    const live = ['lavfi:testsrc=size=64x48:rate=25', '--every', 'frame', '--layers', 'pixels'];
    const stopped = await extracting('live.parquet', live, signalAfter(1, 'live.parquet', 'SIGINT'));
    expect(stopped, stopped.stderr).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('stopped: the rows'),
    });
    const { rows, columns } = await readLatents(at('live.parquet'), { layers: [], columns: ['frame'] });
    expect(rows).toBeGreaterThan(200);
    expect(columns.frame!.at(-1)).toBe(rows - 1);
    expect(existsSync(at('live.parquet.partial'))).toBe(false);
  });

  it('leaves no file at Ctrl-C and when killed, and goes on to the same bytes', async () => {
    // A row group holds 1 MB: 280 frames.
    testVideo(at('long.mp4'), 'testsrc=size=64x48:rate=25:duration=50');
    const args = ['b.mp4', 'long.mp4', '--every', 'frame', '--layers', 'pixels,lstm.h'];
    for (const [signal, after] of [
      ['SIGKILL', 1],
      ['SIGINT', 2],
    ] as const) {
      const onStart = signalAfter(after, 'cut.parquet', signal);
      const stopped = await extracting('cut.parquet', [...args, '--resume'], onStart);
      expect(existsSync(at('cut.parquet'))).toBe(false);
      if (signal === 'SIGKILL') expect(stopped.signal).toBe(signal);
      else
        expect(stopped).toMatchObject({ code: 130, stderr: expect.stringMatching(/\d+ rows are kept in/) });
    }
    const resumed = await extracting('cut.parquet', [...args, '--resume']);
    expect(resumed).toMatchObject({ code: 0, stderr: expect.stringContaining('going on after row') });
    expect(await extracting('whole.parquet', args)).toMatchObject({ code: 0 });
    expect(readFileSync(at('cut.parquet')).equals(readFileSync(at('whole.parquet')))).toBe(true);
  });
});

describe('bad input', () => {
  const followed = { data: ['a.mp4'], every: '1s' } as const;

  it.each<[Omit<ExtractionOptions, 'out'>, RegExp]>([
    [
      { ...followed, every: 'second' as '1s' },
      /^--every second: give frame, clip, video, or seconds such as 1s/,
    ],
    [{ ...followed, every: '0s' }, /^--every 0s: give frame/],
    [{ ...followed, every: '1e3s' }, /^--every 1e3s: give frame/],
    [{ ...followed, times: 'all' }, /^--times is of clips side by side: leave it or --every 1s out/],
    [{ ...followed, clips: 3 }, /^--clips is of clips side by side/],
    [{ ...followed, split: 'test' }, /^--split is of clips side by side/],
    [{ ...followed, steps: 3 }, /^--steps 3 says how long clips are: use it with --every clip/],
    [{ ...followed, from: 1, to: 1 }, /a\.mp4: to = 1 s lies not after from = 1 s/],
    [{ ...followed, from: Number.NaN }, /a\.mp4: from is NaN: give seconds from 0 on/],
    [{ ...followed, from: 7 }, /a\.mp4 ends after 2\.00 s, before start = 7 s/],
    [{ ...followed, every: 'clip', steps: 60 }, /a\.mp4: there is no clip of 60 frames/],
    [{ ...followed, data: ['a.mp4', 'none.mp4'] }, /no file or folder .*none\.mp4/],
    [{ ...followed, data: undefined }, /the run was trained on none: name one after the run/],
    [
      { ...followed, data: 'bouncing-balls' },
      /bouncing-balls is a dataset of clips: use --times all instead/,
    ],
    [{ ...followed, data: 'bounce-balls' }, /did you mean bouncing-balls/],
    [{ ...followed, layers: ['lstm.x'] }, /no layer lstm\.x; it has lstm\.h/],
    [{ data: 'a.mp4', from: 1 }, /^--from is of videos that are followed: give --every too/],
    [{ data: [{ video: 'a.mp4', to: 1 }] }, /^parts of videos are followed: give every too/],
    [{ data: ['a.mp4', 'bouncing-balls'] }, /^bouncing-balls is a dataset: name it alone/],
  ])('%j is refused in one clear line', async ({ data, ...options }, words) => {
    const placed = (name: string) => (/\.mp4$/.test(name) ? at(name) : name);
    const list = typeof data === 'string' ? [data] : data;
    const named = list?.map((each) =>
      typeof each === 'string' ? placed(each) : { ...each, video: placed(each.video) },
    );
    const failure = await extract(run, { ...options, data: named, out: at('bad.parquet') }).then(
      () => undefined,
      (error) => error,
    );
    expect(failure).toBeInstanceOf(ForeframeError);
    expect(failure.message).toMatch(words);
    expect(failure.message).not.toContain('\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('bad'))).toEqual([]);
  });

  it.each([
    [['a.mp4', '--every', '1s', '--from', '-1'], 2, /from.*a number of seconds from 0 on/],
    [['a.mp4', '--every', 'all'], 2, /--every all: give frame/],
  ])('%j exits with %d and one clear line', async (args, code, words) => {
    expectRefusal(await extracting('bad.parquet', args), code, words);
  });
});
