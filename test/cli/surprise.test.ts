import { execFileSync } from 'node:child_process';
import {
  cpSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FileLock } from '../../src/common/locks/fileLock.js';
import { probeVideo } from '../../src/video/index.js';
import { ffmpeg } from '../video/makeVideo.js';
import { expectRefusal, foreframe, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

/** As the run that is watched with. */
const kept = keptForeframe('one-thread');
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const lines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');
/** A test image with noise that becomes another one after 3 s, at 10 frames a second. */
const CUT =
  'testsrc2=s=60x60:r=10:d=3[a];smptebars=s=60x60:r=10:d=2[b];[a][b]concat,format=gray,noise=alls=9:allf=t';

const posted: { kind: string; event: { number: number } }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    posted.push(JSON.parse(body));
    response.end();
  });
});
let address: string;

beforeAll(async () => {
  cpSync(resolve(import.meta.dirname, '../fixtures/runs/edition-one/conv-lstm'), at('run'), {
    recursive: true,
  });
  ffmpeg('-f', 'lavfi', '-i', CUT, '-qp', '10', at('cut.mp4'));
  ffmpeg('-i', at('cut.mp4'), '-c', 'copy', '-f', 'mpegts', at('cut.ts'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
});
afterAll(() => server.close());

it('tells an event at once and posts it, and writes scores, events, thumbnails, a page and a video', async () => {
  const files = () => readdirSync(at('run'), { recursive: true, encoding: 'utf8' }).sort();
  const before = files();
  const args = ['surprise', at('run'), at('cut.mp4'), '--out', at('out'), '--webhook', address];
  const { code, stdout, stderr } = await kept(args);
  expect({ code, lost: stderr.includes('lost') }).toEqual({ code: 0, lost: false });
  expect(stdout).toMatch(
    /cut\.mp4 3\.00 s: unusual, event 1 begins \(score [\d.]+, error [\d.e-]+, usual [\d.e-]+, at \d+,\d+\)/,
  );
  expect(stdout).toMatch(
    /cut\.mp4 3\.00 s to 3\.\d+ s: event 1 is over \(peak 3\.00 s, score [\d.]+; events\/0001\.png\)/,
  );
  const out = at('out/cut');
  const scores = lines(join(out, 'scores.jsonl')).map((line) => JSON.parse(line));
  expect(scores).toHaveLength(49);
  expect(Object.keys(scores[29])).toEqual(['frame', 'time', 'error', 'usual', 'score']);
  const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
  expect(best).toMatchObject({ frame: 30, time: 3 });
  const [head, row, ...others] = lines(join(out, 'events.csv')).map((line) => line.split(','));
  expect(others).toEqual([]);
  expect(row).toHaveLength(head!.length);
  expect(Object.fromEntries(head!.map((name, n) => [name, row![n]]))).toMatchObject({
    number: '1',
    of: 'more',
    start_frame: '30',
    peak: '3.000',
    image: 'events/0001.png',
  });
  expect(existsSync(join(out, 'events/0001.png'))).toBe(true);
  expect((await probeVideo(join(out, 'annotated.mp4'))).frameCount).toBe(50);
  expect(readFileSync(join(out, 'surprise.html'), 'utf8')).toContain('One event in 50 frames.');
  expect(posted.map(({ kind, event }) => [kind, event.number])).toEqual([
    ['began', 1],
    ['ended', 1],
  ]);
  expect(files()).toEqual(before);
});

it('learns while it watches, into a new run, whatever becomes of the webhook', async () => {
  const weights = (run: string) => readFileSync(join(at(run), 'checkpoints/last.safetensors'));
  const before = weights('run');
  const { code, stdout, stderr } = await kept([
    ...['surprise', at('run'), at('cut.mp4'), '--out', at('learned-out'), '--json', '--no-video'],
    ...['--learn', '2', '--save', at('learned'), '--webhook', 'http://127.0.0.1:1/'],
  ]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/the webhook did not take a message \(.+\); watching goes on/);
  expect(stderr).toMatch(/webhook: 0 messages were taken, 2 were lost/);
  // Two steps after each frame once there is a clip of five.
  expect(stderr).toContain('92 steps were learned');
  const kinds = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).kind);
  expect(kinds.filter((kind) => kind === 'score')).toHaveLength(49);
  expect(kinds.at(-1)).toBe('end');
  expect(weights('run').equals(before)).toBe(true);
  expect(weights('learned').equals(before)).toBe(false);
  const predicted = await kept(['predict', at('learned'), at('cut.mp4'), '--out', at('predicted.mp4')]);
  expect(predicted.code).toBe(0);
});

it.runIf(process.platform !== 'win32')(
  'follows a live input until Ctrl-C, which is how it ends',
  async () => {
    const { code, stdout, stderr } = await foreframe(
      ['surprise', at('run'), `lavfi:${CUT.replaceAll(':d=2', '')},realtime`, '--out', at('live')],
      {
        ownGroup: true,
        onStart: (child) =>
          child.stdout!.once('data', () => setTimeout(() => process.kill(-child.pid!, 'SIGINT'), 1500)),
      },
    );
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/from the coming of a frame to its answer/),
    });
    // The clock on the wall says when.
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z lavfi:.* 3\.00 s: unusual, event 1 begins/);
    const [name] = readdirSync(at('live'));
    expect(lines(join(at('live'), name!, 'events.csv'))).toHaveLength(2);
    expect(readFileSync(join(at('live'), name!, 'surprise.html'), 'utf8')).toContain('One event in');
  },
);

it.runIf(process.platform !== 'win32')('watches a pipe to its end', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  createReadStream(at('cut.ts')).pipe(createWriteStream(at('pipe')));
  const { code, stdout } = await kept(['surprise', at('run'), at('pipe'), '--out', at('piped'), '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({ kind: 'end', frames: 50 });
});

it('refuses what it cannot do in one line', async () => {
  const refused = async (args: string[], words: RegExp, code = 2) =>
    expectRefusal(await kept(['surprise', ...args]), code, words);
  await refused([at('run'), at('cut.mp4'), '--webhook', 'ftp://x'], /--webhook ftp:\/\/x: give an address/);
  await refused([at('run'), at('cut.mp4'), '--save', at('x')], /--save .*--learn/);
  await refused([at('run'), at('cut.mp4'), '--threshold', 'much'], /--threshold much: give a score above 0/);
  await refused([at('run'), at('none.mp4')], /no file or folder/, 1);
  await refused([at('none'), at('cut.mp4')], /no run folder/, 1);
  await refused([at('run'), at('cut.mp4'), '--out', at('cut.mp4')], /cannot write .*a file stands/, 1);
  await refused([at('run'), at('cut.mp4'), '--learn', '--save', at('run')], /already holds a run/, 1);
  expect(existsSync(at('x'))).toBe(false);
});

it('writes over its own files only, and one process at a time', async () => {
  const mine = {
    'events/0001.png': 'an image',
    'scores.jsonl': '{"goals":3}\n',
    'events.csv': 'when,what\n',
  };
  for (const [name, text] of Object.entries(mine)) {
    mkdirSync(at('mine/cut/events'), { recursive: true });
    writeFileSync(at(`mine/cut/${name}`), text);
  }
  const args = ['surprise', at('run'), at('cut.mp4'), '--no-video', '--out'];
  const refused = await kept([...args, at('mine')]);
  expectRefusal(refused, 1, /mine\/cut holds other things than those that this command writes/);
  for (const [name, text] of Object.entries(mine))
    expect(lines(at(`mine/cut/${name}`))).toEqual([text.trimEnd()]);

  expect(await kept([...args, at('own')])).toMatchObject({ code: 0 });
  const lock = FileLock.take(at('own/cut/.lock')) as FileLock;
  expectRefusal(await kept([...args, at('own')]), 1, /own\/cut is being written by process \d+/);
  lock.release();
  rmSync(at('own/cut/surprise.html'));
  expect(await kept([...args, at('own')])).toMatchObject({ code: 0 });
  expect(existsSync(at('own/cut/surprise.html'))).toBe(true);
});
