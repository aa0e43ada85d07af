import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLock } from '../../src/common/locks/fileLock.js';
import { checkAnyConfig } from '../../src/config/loadConfig.js';
import { type ServedTraining, serveTraining } from '../../src/live/training/serveTraining.js';
import { timeLeft } from '../../src/live/training/timeLeft.js';
import { TrainingCourse } from '../../src/live/training/trainingCourse.js';
import type { TrainingState } from '../../src/live/training/trainingState.js';
import { isBeingTrained, TrainingWatch } from '../../src/live/training/trainingWatch.js';
import { type Position, saveCheckpoint } from '../../src/runs/checkpoint.js';
import { HeardRequests } from '../../src/runs/requests/heardRequests.js';
import { answered, askTraining, pendingRequest, takeRequest } from '../../src/runs/requests/requestFile.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { temporaryFolder } from '../video/makeVideo.js';

const config = checkAnyConfig(
  { name: 'small', model: { name: 'frame-stack' }, training: { steps: 100, validateEvery: 10 } },
  'config',
);
const position = (step: number, more: Partial<Position> = {}): Position => ({
  ...{ step, epoch: 0, batch: step, seconds: step / 2 },
  ...more,
});
const line = (step: number, more: object = {}) =>
  `${JSON.stringify({ step, seconds: step / 2, loss: 1 / step, learningRate: 0.01, ...more })}\n`;
const lines = (from: number, to: number, more?: object) =>
  Array.from({ length: to - from + 1 }, (_, at) => line(from + at, more)).join('');

let folder: string;
let run: RunFolder;
let lock: FileLock;
beforeEach(async () => {
  folder = join(temporaryFolder(), 'run');
  mkdirSync(folder);
  run = await RunFolder.create(folder, config, {});
  lock = take();
});
afterEach(() => lock.release());

function take(): FileLock {
  const taken = FileLock.take(join(folder, '.lock'));
  if (!(taken instanceof FileLock)) throw new Error(taken.description);
  return taken;
}

const log = (text: string) => appendFileSync(run.metrics, text);
const save = (at: Position) => saveCheckpoint(run.last, { position: at, state: {} });

describe('what is seen of a training in its files', () => {
  let watch: TrainingWatch;
  beforeEach(async () => {
    watch = await TrainingWatch.open(folder);
  });
  const see = async () => JSON.parse((await watch.look(true)).json) as TrainingState;

  it('goes from the first step to the last, with the time that is left', async () => {
    expect(isBeingTrained(folder)).toBe(true);
    expect(await see()).toMatchObject({
      name: 'small',
      phase: 'preparing',
      step: 0,
      steps: 100,
      predicts: true,
    });
    log(lines(1, 10) + line(10, { validation: 4, validationCopyLast: 8 }));
    log('{"step":11,"sec');
    expect(await see()).toMatchObject({
      ...{ phase: 'training', step: 10, progress: 0.1, stepsPerSecond: 2, secondsLeft: 45 },
      latest: { loss: 0.1, validation: 4, validationCopyLast: 8 },
      curves: { validation: { steps: [10], values: [4] } },
    });
    log(`onds":5.5,"loss":null}\n`);
    expect((await see()).latest.loss).toBeNull();
    log(lines(12, 100));
    await save(position(50, { best: { error: 4, step: 10 } }));
    expect(await see()).toMatchObject({ phase: 'measuring', saved: 50, best: { error: 4, step: 10 } });
    await save(position(100, { validationDue: true }));
    lock.release();
    expect(isBeingTrained(folder)).toBe(false);
    expect(await see()).toMatchObject({ phase: 'stopped', step: 100 });
    await save(position(100));
    expect(await see()).toMatchObject({ phase: 'finished', saved: 100, progress: 1 });
  });

  it('says what a training lost that was killed, and forgets steps that the next session repeats', async () => {
    log(lines(1, 30));
    expect(await see()).toMatchObject({ phase: 'training', step: 30 });
    lock.release();
    expect(await see()).toMatchObject({ phase: 'killed', step: 30 });
    await save(position(20));
    expect(await see()).toMatchObject({ phase: 'killed', step: 30, saved: 20 });
    // Resumed: cut back to the checkpoint, and longer than before when it is looked at the next time.
    lock = take();
    writeFileSync(run.metrics, lines(1, 20) + lines(21, 60, { loss: 7 }));
    const { phase, step, latest, curves } = await see();
    expect({ phase, step, loss: latest.loss }).toEqual({ phase: 'training', step: 60, loss: 7 });
    expect(curves.loss!.steps).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    // Begun again in the same folder.
    rmSync(run.metrics);
    log(line(1));
    expect((await see()).curves.loss!.steps).toEqual([1]);
  });

  it('keeps its version while nothing changes', async () => {
    const { version } = await watch.look(true);
    expect((await watch.look(true)).version).toBe(version);
    log(line(1));
    expect((await watch.look(true)).version).toBe(version + 1);
  });

  it('lists images by step, and gives out no other file', async () => {
    for (const name of ['step-40.png', 'step-5.png', 'step-200.png', 'mine.png'])
      writeFileSync(join(run.samples, name), name);
    expect((await see()).samples.map(({ step }) => step)).toEqual([5, 40, 200]);
    expect(Buffer.from((await watch.sample('step-40.png'))!).toString()).toBe('step-40.png');
    for (const name of ['mine.png', '../config.yaml', 'step-6.png'])
      expect(await watch.sample(name), name).toBeUndefined();
  });
});

it('keeps a course of any length small, with its first and last steps', () => {
  const course = new TrainingCourse();
  for (let step = 1; step <= 200_000; step++)
    course.add({
      step,
      seconds: step / 50,
      loss: step % 7,
      learningRate: 0.1,
      ...(step % 100 === 0 && { validation: step }),
    });
  const { loss, validation } = course.curves;
  expect(loss!.steps.length).toBeLessThanOrEqual(1000);
  expect(loss!.steps[0]).toBeLessThan(400);
  expect(loss!.steps.at(-1)).toBeGreaterThan(199_000);
  expect(validation!.values.at(-1)).toBeGreaterThan(199_000);
  expect(JSON.stringify(course.curves).length).toBeLessThan(80_000);
  expect(course.stepsPerSecond).toBeCloseTo(50, 1);
});

it('knows how long yet by the first of the limits, of passes once one is complete', () => {
  const now = { step: 50, seconds: 100, stepsPerSecond: 0.5 };
  expect(timeLeft(now, { seconds: 400, steps: 100 }, undefined)).toEqual({
    steps: 100,
    progress: 0.5,
    secondsLeft: 100,
  });
  expect(timeLeft(now, { seconds: 120, steps: 100 }, undefined)).toEqual({
    progress: 100 / 120,
    secondsLeft: 20,
  });
  expect(timeLeft(now, { epochs: 10 }, position(10))).toEqual({});
  // Two passes of twenty steps are complete, and ten steps of the third.
  const saved = position(50, { epoch: 2, batch: 10 });
  expect(timeLeft(now, { epochs: 10 }, saved)).toEqual({ steps: 200, progress: 0.25, secondsLeft: 300 });
});

describe('a request to whoever trains', () => {
  it('is heard once, by the one that it is for', async () => {
    await askTraining(folder, 'save');
    expect(await pendingRequest(folder)).toBe('save');
    expect(await takeRequest(folder, lock.token)).toBe('save');
    expect(await takeRequest(folder, lock.token)).toBeUndefined();
    // What was asked of a session that ended stops no later one.
    await askTraining(folder, 'stop');
    lock.release();
    lock = take();
    const heard = new HeardRequests(folder, lock);
    await expect.poll(() => existsSync(join(folder, 'request.json'))).toBe(false);
    expect(heard.stop.aborted).toBe(false);
    await askTraining(folder, 'save');
    await expect.poll(() => heard.takeSave()).toBe(true);
    expect(heard.takeSave()).toBe(false);
    await askTraining(folder, 'stop');
    await expect.poll(() => heard.stop.aborted).toBe(true);
    await heard.close();
    expect(readdirSync(folder).filter((name) => name.includes('request'))).toEqual([]);
  });

  it('does not lose a stop to a save that is asked for at the same time', async () => {
    await Promise.all([askTraining(folder, 'stop'), askTraining(folder, 'save')]);
    expect(await takeRequest(folder, lock.token)).toBe('stop');
    await answered(folder, lock.token);
    await askTraining(folder, 'stop');
    await askTraining(folder, 'save');
    expect(await takeRequest(folder, lock.token)).toBe('stop');
    await answered(folder, lock.token);
    await askTraining(folder, 'save');
    await askTraining(folder, 'stop');
    expect(await takeRequest(folder, lock.token)).toBe('stop');
    // Stopping has begun: nothing more is asked for.
    await askTraining(folder, 'save');
    expect(await takeRequest(folder, lock.token)).toBeUndefined();
  });

  it('is seen until it is answered, which a long validation may keep from happening for minutes', async () => {
    const heard = new HeardRequests(folder, lock);
    await askTraining(folder, 'save');
    await expect.poll(() => existsSync(join(folder, 'request.json'))).toBe(false);
    expect(await pendingRequest(folder)).toBe('save');
    await expect.poll(() => heard.takeSave()).toBe(true);
    await expect.poll(() => pendingRequest(folder)).toBeUndefined();
    await askTraining(folder, 'stop');
    await expect.poll(() => heard.stop.aborted).toBe(true);
    expect(await pendingRequest(folder)).toBe('stop');
    // Killed before it answered: the next session stops for nobody.
    lock.release();
    lock = take();
    expect(await pendingRequest(folder)).toBeUndefined();
    const next = new HeardRequests(folder, lock);
    await expect.poll(() => readdirSync(folder).filter((name) => name.includes('request'))).toEqual([]);
    expect(next.stop.aborted).toBe(false);
    await next.close();
    await heard.close();
  });

  it('is heard after a folder stood in its place, which is left alone', async () => {
    mkdirSync(join(folder, 'request.json'));
    await expect(askTraining(folder, 'save')).rejects.toThrow(/a folder stands in its place/);
    expect(await takeRequest(folder, lock.token)).toBeUndefined();
    expect(readdirSync(folder).filter((name) => name.includes('request'))).toEqual(['request.json']);
    rmSync(join(folder, 'request.json'), { recursive: true });
    await askTraining(folder, 'stop');
    expect(await takeRequest(folder, lock.token)).toBe('stop');
  });

  it('is refused where nobody trains, and whatever else stands in its place is none', async () => {
    for (const text of ['', '{"to":1}', 'x'.repeat(100), JSON.stringify({ to: lock.token, ask: 'delete' })]) {
      writeFileSync(join(folder, 'request.json'), text);
      expect(await takeRequest(folder, lock.token)).toBeUndefined();
    }
    lock.release();
    await expect(askTraining(folder, 'stop')).rejects.toThrow(
      /no process is training .* there is nothing to stop/,
    );
  });
});

describe('the server of a training', () => {
  let served: ServedTraining;
  let at: URL;
  beforeEach(async () => {
    const page = join(folder, '..', 'page');
    mkdirSync(page);
    for (const name of ['training.html', 'training.js', 'training.css'])
      writeFileSync(join(page, name), `// ${name}`);
    served = await serveTraining({ port: 0, page });
    at = new URL(served.address);
  });
  afterEach(() => served.close());

  function ask(path: string, method = 'GET', headers: Record<string, string> = {}) {
    return new Promise<{ status: number; text: string; etag: string }>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: at.port, path, method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        const etag = String(response.headers.etag);
        response.on('end', () => resolve({ status: response.statusCode!, text, etag }));
      });
      asked.on('error', reject);
      asked.end();
    });
  }
  const own = () => ({ 'x-foreframe-token': at.hash.slice(1) });

  it('waits for the training, then answers when there is news, and gives the end to whoever waits', async () => {
    expect((await ask('/')).text).toBe('// training.html');
    expect((await ask('/api/training?after=', 'GET', own())).status).toBe(503);
    await served.watch(folder);
    const first = await ask('/api/training?after=', 'GET', own());
    expect(JSON.parse(first.text)).toMatchObject({ phase: 'preparing' });
    const next = ask(`/api/training?after=${first.etag}`, 'GET', own());
    log(lines(1, 3));
    const second = await next;
    expect(JSON.parse(second.text)).toMatchObject({ phase: 'training', step: 3 });
    const last = ask(`/api/training?after=${second.etag}`, 'GET', own());
    await expect.poll(async () => (await ask('/api/training?after=', 'GET', own())).status).toBe(200);
    await save(position(3));
    lock.release();
    await served.close();
    expect(JSON.parse((await last).text)).toMatchObject({ phase: 'stopped', step: 3 });
  });

  it('says that a run is gone, and not that it was killed before its first step', async () => {
    await served.watch(folder);
    log(lines(1, 3));
    lock.release();
    rmSync(folder, { recursive: true });
    const { status, text } = await ask('/api/training?after=', 'GET', own());
    expect([status, text]).toEqual([410, expect.stringContaining('is gone')]);
  });

  it('hears Stop and Save from its own page alone', async () => {
    await served.watch(folder);
    const foreign: Record<string, string>[] = [
      { origin: 'http://evil.example' },
      { origin: `http://127.0.0.1:${Number(at.port) + 1}` },
      { host: `evil.example:${at.port}` },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const what of ['stop', 'save']) {
      for (const headers of foreign)
        expect(
          (await ask(`/api/${what}`, 'POST', { ...own(), ...headers })).status,
          JSON.stringify(headers),
        ).toBe(403);
      expect((await ask(`/api/${what}`, 'POST')).status).toBe(401);
      expect((await ask(`/api/${what}`, 'GET', own())).status).toBe(404);
    }
    expect(await pendingRequest(folder)).toBeUndefined();
    expect((await ask('/api/stop', 'POST', { ...own(), origin: at.origin })).status).toBe(200);
    expect(await pendingRequest(folder)).toBe('stop');
    lock.release();
    const refused = await ask('/api/save', 'POST', own());
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('no process is training')]);
  });

  it('says so where the page was not built', async () => {
    await expect(serveTraining({ port: 0, page: 'elsewhere' })).rejects.toThrow(/npm run build/);
  });
});
