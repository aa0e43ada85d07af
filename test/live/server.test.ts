import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileLock } from '../../src/common/locks/fileLock.js';
import { loadConfig } from '../../src/config/loadConfig.js';
import { liveRuns } from '../../src/live/server/liveRuns.js';
import { openSession } from '../../src/live/server/openSession.js';
import { type ServedPage, serveLive } from '../../src/live/server/serveLive.js';
import { liveVariables } from '../../src/live/server/sessionState.js';
import { saveCheckpoint } from '../../src/runs/checkpoint.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { encodeSafetensors } from '../../src/runs/safetensors.js';
import { temporaryFolder } from '../video/makeVideo.js';

const TINY = ['data.width=12', 'data.height=8', 'model.channels=4', 'model.blocks=1'];

let served: ServedPage;
let token: string;
let at: URL;
const before = process.cwd();

beforeEach(async () => {
  const folder = temporaryFolder();
  process.chdir(folder);
  const page = join(folder, 'page');
  mkdirSync(page);
  for (const name of ['index.html', 'page.js', 'worker.js', 'hidden.txt'])
    writeFileSync(join(page, name), `// ${name}`);
  writeFileSync('my.webm', 'a video of 20 bytes.');
  writeFileSync('empty.mp4', '');
  served = await serveLive({ port: 0, page, set: TINY, video: 'my.webm' });
  at = new URL(served.address);
  token = at.hash.slice(1);
});
afterEach(async () => {
  await served.close();
  process.chdir(before);
});

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
}

/** Not `fetch`, which sets Host itself. */
function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: at.port, path, method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      });
      asked.on('error', reject);
      asked.end(body);
    },
  );
}

const own = () => ({ 'x-foreframe-token': token });

it('gives out the page with a policy that allows no script inside of it, and no other file', async () => {
  const page = await ask('/');
  expect(page.status).toBe(200);
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self' 'wasm-unsafe-eval';/);
  expect(policy).not.toContain('unsafe-inline');
  expect(policy).toContain("frame-ancestors 'none'");
  expect((await ask('/worker.js')).headers['content-type']).toContain('text/javascript');
  for (const path of [
    '/hidden.txt',
    '/../my.webm',
    '/%2e%2e%2fmy.webm',
    '/..%2f..%2fetc%2fpasswd',
    '/page/index.html',
  ])
    expect((await ask(path)).status, path).toBe(404);
});

it('answers nobody without the token, and no other page with it', async () => {
  expect((await ask('/api/session')).status).toBe(401);
  expect((await ask('/api/session', { headers: { 'x-foreframe-token': `${token.slice(1)}x` } })).status).toBe(
    401,
  );
  const session = await ask('/api/session', { headers: own() });
  expect(JSON.parse(session.text)).toMatchObject({
    name: 'live',
    rate: 10,
    trained: false,
    video: 'my.webm',
  });
  const foreign: Record<string, string>[] = [
    { origin: 'http://evil.example' },
    { origin: `http://127.0.0.1:${Number(at.port) + 1}` },
    { origin: 'null' },
    // A name that was made to point to this machine.
    { host: `evil.example:${at.port}` },
    { 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of foreign) {
    for (const [path, method] of [
      ['/api/session', 'GET'],
      ['/api/runs?steps=1&seconds=1', 'POST'],
      ['/worker.js', 'GET'],
    ] as const)
      expect(
        (await ask(path, { method, headers: { ...own(), ...headers } })).status,
        JSON.stringify(headers),
      ).toBe(403);
  }
  expect((await ask('/api/session', { headers: { ...own(), origin: at.origin } })).status).toBe(200);
  expect(existsSync('runs')).toBe(false);
});

it('saves what the page learned as a run, and refuses what is not its network', async () => {
  const session = await openSession({ set: TINY });
  const state = liveVariables(session.page.settings);
  const body = Buffer.concat(encodeSafetensors(state));
  const post = (bytes: Uint8Array, query = 'steps=7&seconds=1.5') =>
    ask(`/api/runs?${query}`, { method: 'POST', headers: own(), body: bytes });
  const saved = await post(body);
  expect(JSON.parse(saved.text)).toEqual({ folder: 'runs/live' });
  const run = await RunFolder.open('runs/live');
  expect((await run.bestCheckpoint()).position).toMatchObject({ step: 7, seconds: 1.5 });
  expect((await loadConfig(run.config)).data.rate).toBe(10);
  // A second one takes the next name.
  expect(JSON.parse((await post(body)).text)).toEqual({ folder: 'runs/live-2' });
  const again = await openSession({ from: 'runs/live' });
  expect(again.page).toMatchObject({ name: 'runs/live', trained: true });
  expect(Object.keys(again.state!).sort()).toEqual(Object.keys(state).sort());

  expect((await post(body.subarray(0, 100))).text).toMatch(/cut short/);
  const { [Object.keys(state)[0]!]: _, ...less } = state;
  expect((await post(Buffer.concat(encodeSafetensors(less)))).text).toMatch(/lack variable/);
  const more = { ...state, 'stem.bias2': { shape: [1], data: new Float32Array(1) } };
  expect((await post(Buffer.concat(encodeSafetensors(more)))).text).toMatch(/no variable stem.bias2/);
  const [first, ...others] = Object.entries(state);
  const broken = new Float32Array(first![1].data.length).fill(Number.NaN);
  const nothing = Object.fromEntries([[first![0], { ...first![1], data: broken }], ...others]);
  expect((await post(Buffer.concat(encodeSafetensors(nothing)))).text).toMatch(/no number any more/);
  expect((await post(body, 'steps=-1&seconds=1')).status).toBe(400);
  expect((await post(new Uint8Array(8_000_000))).status).toBe(413);
  expect(readdirSync('runs').sort()).toEqual(['live', 'live-2']);
});

it('gives out the network, size and rate that a page chooses, saves it as a run, and goes on with runs of its folder', async () => {
  const of = (choice: object) => `choice=${encodeURIComponent(JSON.stringify(choice))}`;
  const get = (path: string) => ask(path, { headers: own() });
  const choices = JSON.parse((await get('/api/choices')).text);
  expect(choices.sizes).toEqual(
    expect.arrayContaining([
      [12, 8],
      [32, 24],
      [64, 48],
    ]),
  );
  expect(choices.rates).toEqual([2, 5, 10, 15, 25]);
  expect(choices.runs).toEqual([]);
  // Whatever is offered can be made, at every size that the page names itself.
  for (const model of choices.models) {
    const choice = { model, width: 24, height: 18, rate: 5 };
    const { page } = await openSession({ set: TINY });
    const session = JSON.parse((await get(`/api/session?${of(choice)}`)).text);
    expect(session).toMatchObject({ name: model, rate: 5, trained: false, video: 'my.webm' });
    expect(session.settings.frame).toEqual({ width: 24, height: 18, channels: 1 });
    expect(Object.keys(liveVariables(session.settings)).length).toBeGreaterThan(3);
    expect(page.rate).toBe(10);
  }
  const choice = { model: 'conv-lstm', width: 16, height: 12, rate: 4 };
  const { settings } = JSON.parse((await get(`/api/session?${of(choice)}`)).text);
  const body = Buffer.concat(encodeSafetensors(liveVariables(settings)));
  const post = (query: string) => ask(`/api/runs?${query}`, { method: 'POST', headers: own(), body });
  // The network is another than that of the pipeline.
  expect((await post('steps=2&seconds=1')).status).toBe(400);
  expect(JSON.parse((await post(`steps=2&seconds=1&${of(choice)}`)).text)).toEqual({ folder: 'runs/live' });
  const saved = await loadConfig('runs/live/config.yaml');
  expect(saved).toMatchObject({ model: { name: 'conv-lstm' }, data: { width: 16, height: 12, rate: 4 } });

  mkdirSync('runs/other/checkpoints', { recursive: true });
  writeFileSync('runs/other/config.yaml', 'neither: a run\n');
  expect(JSON.parse((await get('/api/choices')).text).runs).toEqual(['live']);
  const run = JSON.parse((await get(`/api/session?${of({ run: 'live' })}`)).text);
  expect(run).toMatchObject({ name: 'runs/live', rate: 4, trained: true, video: 'my.webm', settings });
  expect((await get(`/api/weights?${of({ run: 'live' })}`)).status).toBe(200);
  expect((await get('/api/weights')).status).toBe(404);
});

it('saves what several pages send at once, each as a run of its own', async () => {
  const body = Buffer.concat(
    encodeSafetensors(liveVariables((await openSession({ set: TINY })).page.settings)),
  );
  const post = () => ask('/api/runs?steps=1&seconds=1', { method: 'POST', headers: own(), body });
  const answers = await Promise.all(Array.from({ length: 5 }, post));
  expect(answers.map(({ text }) => JSON.parse(text).folder).sort()).toEqual([
    'runs/live',
    'runs/live-2',
    'runs/live-3',
    'runs/live-4',
    'runs/live-5',
  ]);
});

it('saves what was learned from a run that has learned more since, or is gone', async () => {
  const session = await openSession({ set: TINY });
  const state = liveVariables(session.page.settings);
  const body = Buffer.concat(encodeSafetensors(state));
  const post = (query: string) => ask(`/api/runs?${query}`, { method: 'POST', headers: own(), body });
  await post('steps=7&seconds=1');
  const chosen = `choice=${encodeURIComponent(JSON.stringify({ run: 'live' }))}`;
  expect((await ask(`/api/session?${chosen}`, { headers: own() })).status).toBe(200);
  const run = await RunFolder.open('runs/live');
  await saveCheckpoint(run.last, { position: { step: 900, epoch: 0, batch: 0, seconds: 90 }, state });
  expect(JSON.parse((await post(`steps=3&seconds=1&${chosen}`)).text)).toEqual({ folder: 'runs/live-2' });
  expect((await (await RunFolder.open('runs/live-2')).bestCheckpoint()).position.step).toBe(10);
  rmSync('runs/live', { recursive: true });
  expect((await post(`steps=4&seconds=1&${chosen}`)).status).toBe(200);
});

it('offers large runs where Node computes, and runs that are links', async () => {
  const body = Buffer.concat(
    encodeSafetensors(liveVariables((await openSession({ set: TINY })).page.settings)),
  );
  await ask('/api/runs?steps=1&seconds=1', { method: 'POST', headers: own(), body });
  renameSync('runs/live', 'elsewhere');
  symlinkSync('../elsewhere', 'runs/linked');
  expect(await liveRuns('browser')).toEqual(['linked']);
  truncateSync('elsewhere/checkpoints/last.safetensors', 65 << 20);
  expect(await liveRuns('browser')).toEqual([]);
  expect(await liveRuns('node')).toEqual(['linked']);
});

it.each([
  [{ width: 4, height: 18, rate: 5 }, /width/],
  [{ width: 48, height: 36, rate: 0 }, /rate/],
  [{ width: 48, height: 36, rate: 5, model: 'frame-stck' }, /model/],
  [{ width: 48, height: 36, rate: 5, seed: 3 }, /seed/],
  [{ run: '../my' }, /there is no run/],
  [{ run: 'nowhere' }, /there is no run nowhere/],
  [{ run: 3 }, /run/],
  ['text', /what the page asks for/],
])('refuses in one line a choice that is none: %j', async (choice, message) => {
  const path = `/api/session?choice=${encodeURIComponent(JSON.stringify(choice))}`;
  expect((await ask(path)).status).toBe(401);
  const { status, text } = await ask(path, { headers: own() });
  expect(status).toBe(400);
  const { error } = JSON.parse(text);
  expect(error).toMatch(message);
  expect(error).not.toContain('\n');
});

it('plays the video that was named in stretches, to whoever has the token', async () => {
  expect((await ask('/video/x')).status).toBe(401);
  const whole = await ask(`/video/${token}`);
  expect([whole.status, whole.text]).toEqual([200, 'a video of 20 bytes.']);
  const part = await ask(`/video/${token}`, { headers: { range: 'bytes=2-6' } });
  expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'video', 'bytes 2-6/20']);
  expect((await ask(`/video/${token}`, { headers: { range: 'bytes=-6' } })).text).toBe('bytes.');
  expect((await ask(`/video/${token}`, { headers: { range: 'bytes=20-' } })).status).toBe(416);
  writeFileSync('my.webm', '');
  expect(await ask(`/video/${token}`)).toMatchObject({ status: 200, text: '' });
  rmSync('my.webm');
  expect(await ask(`/video/${token}`)).toMatchObject({
    status: 404,
    text: expect.stringContaining('my.webm'),
  });
});

it.each([
  [{ from: 'classify-mnist-100-labels-nrm' }, /learns from images/],
  [{ from: 'faces-pgn-adversarial' }, /learns by the method adversarial/],
  [{ video: 'rtsp://camera' }, /with --engine node/],
  [{ video: 'empty.mp4' }, /empty.mp4 is empty/],
  [{ video: 'empty.mp4', engine: 'node' as const }, /empty.mp4 is empty/],
  [{ from: 'nowhere' }, /cannot read pipeline nowhere/],
  [{ from: 'nowhere.mp4' }, /nowhere.mp4 is no pipeline/],
  [{ set: ['data.widht=7'] }, /unknown key data.widht/],
])('refuses in one line what it cannot watch with: %j', async (options, message) => {
  await expect(serveLive({ port: 0, page: 'page', ...options })).rejects.toThrow(message);
});

it('takes a video that is named alone for a video, and refuses a run whose weights are of another network', async () => {
  expect((await openSession({ from: 'my.webm', set: TINY })).page).toMatchObject({
    name: 'live',
    video: 'my.webm',
  });
  const body = Buffer.concat(
    encodeSafetensors(liveVariables((await openSession({ set: TINY })).page.settings)),
  );
  await ask('/api/runs?steps=1&seconds=1', { method: 'POST', headers: own(), body });
  const path = 'runs/live/config.yaml';
  writeFileSync(path, readFileSync(path, 'utf8').replace('channels: 4', 'channels: 6'));
  await expect(openSession({ from: 'runs/live' })).rejects.toThrow(/runs\/live does not fit.*variable/);
  await expect(openSession({ from: 'runs/live', set: TINY })).rejects.toThrow(/leave --set out/);
  rmSync(path);
  await expect(openSession({ from: 'runs/live' })).rejects.toThrow(/config.yaml is missing: put it back/);
  // Its process has claimed the folder, and nothing else is there yet.
  mkdirSync('runs/next');
  await expect(openSession({ from: 'runs/next' })).rejects.toThrow(/runs\/next/);
  const lock = FileLock.take('runs/next/.lock');
  await expect(openSession({ from: 'runs/next' })).rejects.toThrow(/about to be trained/);
  if (lock instanceof FileLock) lock.release();
  mkdirSync('live');
  expect((await openSession({ set: TINY })).page.name).toBe('live');
});

it('takes no more connections than pages need, and answers again when they are gone', async () => {
  const many = Array.from({ length: 260 }, () => connect(Number(at.port), '127.0.0.1'));
  let refused = 0;
  for (const socket of many) {
    socket.on('error', () => {});
    socket.on('close', () => refused++);
  }
  await expect.poll(() => refused, { timeout: 20_000 }).toBe(60);
  for (const socket of many) socket.destroy();
  await expect
    .poll(
      () =>
        ask('/').then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);
});

it('says so when a port is taken, or the page was not built', async () => {
  await expect(serveLive({ port: Number(at.port), page: 'page', set: TINY })).rejects.toThrow(
    /another program uses it/,
  );
  await expect(serveLive({ port: 0, page: 'elsewhere', set: TINY })).rejects.toThrow(/npm run build/);
});
