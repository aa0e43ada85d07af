import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError } from '../../src/common/errors.js';
import { findSources } from '../../src/video/index.js';
import { OnwardTime } from '../../src/video/reading/onwardTime.js';
import { reopenedFrames } from '../../src/video/reading/reopenedFrames.js';
import { ffmpegBuilds, useBuild } from './codedVideo.js';
import { ffmpeg, temporaryFolder } from './makeVideo.js';

const folder = temporaryFolder();
const small = { width: 16, height: 16, color: 'grey' } as const;

/** A camera on TCP; what happens at each connection, in turn, the last ever after. */
const calls: ((socket: Socket) => void)[] = [];
let called = 0;
const server = createServer((socket) => {
  socket.on('error', () => {});
  calls[Math.min(called++, calls.length - 1)]!(socket);
});
let address: string;

beforeAll(async () => {
  const scene = 'testsrc2=s=64x64:r=25:d=12';
  ffmpeg('-f', 'lavfi', '-i', scene, '-c:v', 'mpeg2video', '-f', 'mpegts', join(folder, 'scene.ts'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `mpegts:tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe.each(ffmpegBuilds())('$name', (build) => {
  useBuild(build);

  test('a camera that falls silent, refuses and is back goes on; one note says each', async () => {
    const scene = readFileSync(join(folder, 'scene.ts'));
    called = 0;
    calls.splice(
      0,
      calls.length,
      (socket) => socket.write(scene),
      (socket) => socket.destroy(),
    );
    calls.push((socket) => socket.end(scene));
    const notes: string[] = [];
    const stop = new AbortController();
    const options = {
      ...small,
      patience: 2,
      onWait: (note: string) => notes.push(note),
      signal: stop.signal,
    };
    const [source] = await findSources([address]);
    const frames: { index: number; time: number }[] = [];
    const reading = async () => {
      for await (const { index, time } of reopenedFrames(source!, options)) {
        frames.push({ index, time });
        if (notes.some((note) => note.includes('is back'))) stop.abort();
      }
    };
    await expect(reading()).rejects.toThrow(InterruptedError);
    expect(notes).toEqual([
      expect.stringMatching(
        /^mpegts:tcp:.* was lost \(no image has come for 2 s\): trying to open it again$/,
      ),
      expect.stringMatching(/ is back after \d+ s$/),
    ]);
    expect(frames.length).toBeGreaterThan(250);
    expect(frames.map(({ index }) => index)).toEqual(frames.map((_, at) => at));
    for (const [at, { time }] of frames.entries())
      if (at > 0) expect(time).toBeGreaterThan(frames[at - 1]!.time);
  });
});

test('a camera that cannot be opened at all is an error', async () => {
  called = 0;
  calls.splice(0, calls.length, (socket) => socket.destroy());
  const [source] = await findSources([address]);
  await expect(reopenedFrames(source!, small).next()).rejects.toThrow(/^cannot read mpegts:tcp:/);
});

test('times only go on, whatever a camera states', () => {
  const stated = fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(stated, (times) => {
      const clock = new OnwardTime();
      const told = times.map((time) => clock.of(time));
      expect(told[0]).toBeGreaterThanOrEqual(0);
      told.forEach((time, at) => {
        if (at > 0) expect(time).toBeGreaterThan(told[at - 1]!);
      });
    }),
  );
  const clock = new OnwardTime();
  expect([0, 0.1, 0.2, -0.1, 0].map((time) => clock.of(time).toFixed(1))).toEqual([
    '0.0',
    '0.1',
    '0.2',
    '0.3',
    '0.4',
  ]);
});

test('an address that never answers is waited for, which a line says', async () => {
  calls.splice(0, calls.length, () => {});
  const stop = new AbortController();
  const notes: string[] = [];
  const onWait = (note: string) => {
    notes.push(note);
    stop.abort();
  };
  const [source] = await findSources([address]);
  const reading = reopenedFrames(source!, { ...small, onWait, signal: stop.signal }).next();
  await expect(reading).rejects.toThrow(InterruptedError);
  expect(notes).toEqual([expect.stringMatching(/^waiting for mpegts:tcp:.*: no video has come from it yet/)]);
});
