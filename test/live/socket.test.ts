import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Drive } from '../../src/live/server/network/drive.js';
import { sourceFrames } from '../../src/live/server/network/sourceFrames.js';
import { openSession } from '../../src/live/server/openSession.js';
import { type ServedPage, serveLive } from '../../src/live/server/serveLive.js';
import { LiveNetwork } from '../../src/live/watching/liveNetwork.js';
import type { FromNetwork, LiveSettings } from '../../src/live/watching/messages.js';
import { MOST_WAITING } from '../../src/live/watching/samplingRate.js';
import { decodeMessage } from '../../src/live/watching/wire.js';
import { RunFolder } from '../../src/runs/runFolder.js';
import { decodeSafetensors } from '../../src/runs/safetensors.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';
import { oneSource } from '../../src/video/sources/sources.js';
import { temporaryFolder, testVideo } from '../video/makeVideo.js';
import { SocketClient } from './socketClient.js';

const SIZE = 12 * 8;
const TINY = ['data.width=12', 'data.height=8', 'data.steps=4', 'model.channels=4', 'model.blocks=1'];

const before = process.cwd();
const folder = temporaryFolder();
let served: ServedPage;
let settings: LiveSettings;

function writeEmptyPage(): void {
  mkdirSync('page');
  for (const name of ['index.html', 'page.js']) writeFileSync(join('page', name), `// ${name}`);
}

beforeAll(async () => {
  process.chdir(folder);
  writeEmptyPage();
  // In this thread as a page computes; the training thread has native TensorFlow, where that is set up.
  await loadTensorFlow({ native: 'off', onWarning: () => {} });
  served = await serveLive({ port: 0, page: 'page', set: TINY, engine: 'node' });
  settings = (await openSession({ set: TINY })).page.settings;
});
afterAll(async () => {
  await served.close();
  process.chdir(before);
});

const frameAt = (time: number) =>
  Uint8Array.from({ length: SIZE }, (_, at) => (Math.abs((at % 12) - ((2 * time) % 12)) < 3 ? 220 : 30));

it('lets nobody in without the token, no other page with it, and no page where the browser computes', async () => {
  const status = (headers: Record<string, string>, address = served.address) =>
    new SocketClient(address, headers).closed;
  expect(await status({ token: '' })).toBe(401);
  expect(await status({ token: 'x'.repeat(32) })).toBe(401);
  const { host, port } = new URL(served.address);
  expect(await status({ origin: 'http://evil.example' })).toBe(403);
  expect(await status({ origin: `http://127.0.0.1:${Number(port) + 1}` })).toBe(403);
  expect(await status({ origin: 'null' })).toBe(403);
  // A name that was made to point to this machine.
  expect(await status({ host: 'evil.example', origin: 'http://evil.example' })).toBe(403);
  expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  const client = await new SocketClient(served.address).opened();
  // The token is not said back, and stands in no address.
  expect(client.socket.protocol).toBe('foreframe-live');
  expect(client.socket.url).toBe(`ws://${host}/network`);
  await client.close();
  const inBrowser = await serveLive({ port: 0, page: 'page', set: TINY });
  expect(await status({}, inBrowser.address)).toBe(404);
  await inBrowser.close();
});

it('watches, learns and saves here: the run predicts in a page what it predicts here', async () => {
  const client = await new SocketClient(served.address).opened();
  client.send({ kind: 'open' });
  expect((await client.next('opened')).device).toMatch(/TensorFlow.* in foreframe/);
  const watch = async (number: number) => {
    client.send({ kind: 'frame', number, frame: frameAt(number) });
    return (await client.next('seen')).seen;
  };
  expect((await watch(0)).expected).toBeUndefined();
  for (let number = 1; number < 12; number++) expect((await watch(number)).expected).toHaveLength(SIZE);
  client.send({ kind: 'learn', learningRate: 0.005 });
  const first = (await client.next('learned')).learned;
  let last = first;
  while (last.steps < 40) last = (await client.next('learned')).learned;
  expect(last.loss).toBeLessThan(first.loss);
  client.send({ kind: 'learn', learningRate: 0 });
  client.send({ kind: 'save' });
  const { folder: kept } = await client.next('kept');
  expect(kept).toBe('runs/live');
  client.send({ kind: 'cut' });
  const here = [await watch(12), await watch(13)];
  expect(here[0]!.expected).toBeUndefined();
  await client.close();

  const run = await RunFolder.open(kept);
  expect((await run.bestCheckpoint()).position.step).toBeGreaterThanOrEqual(40);
  expect(readFileSync(join(kept, 'environment.json'), 'utf8')).not.toContain('learned in a browser');
  const network = new LiveNetwork(settings);
  const file = readFileSync(run.last);
  await network.restore(decodeSafetensors(file, run.last).tensors as Named<HostArray>);
  await network.watch(12, frameAt(12));
  const there = await network.watch(13, frameAt(13));
  const differences = there.expected!.map((value, at) => Math.abs(value - here[1]!.expected![at]!));
  expect(Math.max(...differences)).toBeLessThan(1e-4);
  await network.dispose();

  // The next page goes on with weights that it need not send.
  const next = await serveLive({ port: 0, page: 'page', from: kept, engine: 'node' });
  const page = await new SocketClient(next.address).opened();
  page.send({ kind: 'open' });
  for (const number of [12, 13]) page.send({ kind: 'frame', number, frame: frameAt(number) });
  await page.next('seen');
  expect((await page.next('seen')).seen.expected).toEqual(here[1]!.expected);
  await next.close();
  expect(await page.closed).toBe(1006);
});

it('serves one page at a time, and the next one when that has gone', async () => {
  const first = await new SocketClient(served.address).opened();
  first.send({ kind: 'open' });
  await first.next('opened');
  const second = await new SocketClient(served.address).opened();
  second.send({ kind: 'open' });
  await expect(second.next('opened')).rejects.toThrow(/^another page uses this network: close it/);
  expect(await second.closed).toBe(1008);
  // In the middle of its work.
  for (let number = 0; number < MOST_WAITING; number++)
    first.send({ kind: 'frame', number, frame: frameAt(number) });
  // A page that begins anew opens the next socket at once.
  const third = new SocketClient(served.address);
  first.socket.close();
  await third.opened();
  third.send({ kind: 'open' });
  await third.next('opened');
  third.send({ kind: 'frame', number: 0, frame: frameAt(0) });
  expect((await third.next('seen')).seen.number).toBe(0);
  await third.close();
});

it.each<[string, (client: SocketClient) => void, number, RegExp]>([
  [
    'more frames than may wait',
    (client) => {
      client.send({ kind: 'open' });
      for (let number = 0; number <= MOST_WAITING; number++)
        client.send({ kind: 'frame', number, frame: frameAt(number) });
    },
    1008,
    /more than 4 frames that wait/,
  ],
  [
    'a frame of another size',
    (client) => {
      client.send({ kind: 'open' });
      client.send({ kind: 'frame', number: 0, frame: new Uint8Array(SIZE + 1) });
    },
    1008,
    /a frame of 97 values, not 96/,
  ],
  ['a message that is too large', (client) => client.socket.send(Buffer.alloc(250_000)), 1009, /closed/],
  ['text', (client) => client.socket.send('{"kind":"cut"}'), 1008, /no message of foreframe/],
  ['a frame before all else', (client) => client.send({ kind: 'cut' }), 1008, /opened no network/],
  [
    'what is not understood',
    (client) => client.send({ kind: 'learn', learningRate: -1 }),
    1008,
    /learningRate that is not understood/,
  ],
  [
    'a choice of a run that is not listed',
    (client) => client.send({ kind: 'open', choice: { run: '../etc' } }),
    1008,
    /there is no run \.\.\/etc/,
  ],
])('refuses in one line what no page sends: %s', async (_, send, code, reason) => {
  const client = await new SocketClient(served.address).opened();
  send(client);
  await expect(client.next('kept')).rejects.toThrow(reason);
  expect(await client.closed).toBe(code);
});

it('watches a file of its own, over and over, and shows each frame', async () => {
  testVideo('own.mkv', 'testsrc=s=48x32:r=10:d=0.6', '-c:v', 'ffv1');
  const page = await serveLive({ port: 0, page: 'page', set: TINY, from: 'own.mkv', engine: 'node' });
  expect(page.source).toBe('own.mkv');
  const client = await new SocketClient(page.address).opened();
  client.send({ kind: 'open' });
  await client.next('opened');
  const frames: string[] = [];
  let anew = 0;
  while (anew < 3) {
    const { seen, frame } = await client.next('seen');
    expect(frame).toHaveLength(SIZE);
    frames.push(frame!.join());
    if (!seen.expected) anew++;
  }
  // Two times through, which is the same two times.
  expect(new Set(frames).size).toBeLessThanOrEqual(6);
  expect(new Set(frames).size).toBeGreaterThan(3);
  client.send({ kind: 'frame', number: 0, frame: frameAt(0) });
  await expect(client.next('kept')).rejects.toThrow(/nobody asked for/);
  await page.close();
});

it('goes on after its file cannot be read for a while: what it learned is not lost', async () => {
  testVideo('moving.mkv', 'testsrc=s=48x32:r=10:d=0.3', '-c:v', 'ffv1');
  const page = await serveLive({ port: 0, page: 'page', set: TINY, from: 'moving.mkv', engine: 'node' });
  const client = await new SocketClient(page.address).opened();
  client.send({ kind: 'open' });
  await client.next('seen');
  renameSync('moving.mkv', 'moved.mkv');
  expect((await client.next('note')).message).toMatch(/moving.mkv was lost \(.*\): trying to open it again/);
  client.send({ kind: 'save' });
  expect((await client.next('kept')).folder).toMatch(/^runs\/live/);
  renameSync('moved.mkv', 'moving.mkv');
  expect((await client.next('note')).message).toMatch(/is back/);
  expect((await client.next('seen')).seen.expected).toBeUndefined();
  await page.close();
});

it('opens an address anew that has fallen silent, and says what became of a pipe that was read', async () => {
  testVideo('short.avi', 'testsrc=s=48x32:r=10:d=0.3', '-c:v', 'mjpeg');
  let asked = 0;
  // Like a camera whose connection stays open and brings nothing more.
  const silent = createServer((_, response) => {
    asked++;
    response.writeHead(200, { 'content-type': 'video/x-msvideo' });
    response.write(readFileSync('short.avi'));
  }).listen(0);
  const { port } = silent.address() as AddressInfo;
  const notes: string[] = [];
  const ended = new AbortController();
  const source = await oneSource(`http://127.0.0.1:${port}/`);
  const options = { width: 12, height: 8, color: 'grey', signal: ended.signal, patience: 0.5 } as const;
  let anew = 0;
  for await (const frame of sourceFrames(source, { ...options, onWait: (note) => notes.push(note) }))
    if (frame === 'again' && ++anew === 1) break;
  expect(asked).toBeGreaterThan(0);
  expect(notes.join()).toMatch(/was lost \(no image has come for 0.5 s\)/);
  silent.close();
  silent.closeAllConnections();

  const pipe = { kind: 'input', name: '-', address: join(process.cwd(), 'short.avi'), once: true } as const;
  let frames = 0;
  for await (const frame of sourceFrames(pipe, options)) if (frame !== 'again') frames++;
  expect(frames).toBeGreaterThan(0);
  await expect(sourceFrames(pipe, options).next()).rejects.toThrow(/a pipe, which is read once: start/);
});

it('says nowhere what the password of a camera is, and in one line why it shows nothing', async () => {
  const page = await serveLive({
    port: 0,
    page: 'page',
    set: TINY,
    from: 'rtsp://me:secret@127.0.0.1:9/live?token=secret',
    engine: 'node',
  });
  expect(page.source).toBe('rtsp://127.0.0.1:9/live?token=***');
  const token = new URL(page.address).hash.slice(1);
  const session = await fetch(new URL('/api/session', page.address), {
    headers: { 'x-foreframe-token': token },
  });
  expect(await session.text()).not.toContain('secret');
  const client = await new SocketClient(page.address).opened();
  client.send({ kind: 'open' });
  await client.next('opened');
  const failure = await client.next('kept').catch((error: Error) => error.message);
  expect(failure).toMatch(/rtsp:\/\/127\.0\.0\.1:9/);
  expect(failure).not.toMatch(/secret|\n/);
  await page.close();
});

it('waits for a page that takes nothing, in place of keeping ever more for it', async () => {
  const sent: FromNetwork[] = [];
  let take = () => {};
  const socket = {
    readyState: 1,
    OPEN: 1,
    send: (data: Uint8Array, taken: unknown) => {
      sent.push(decodeMessage(data) as FromNetwork);
      take = taken as () => void;
    },
    close: () => {},
  } as const;
  const started = await openSession({ set: TINY, engine: 'node' });
  const drive = new Drive({ socket, started, claim: async () => {} });
  drive.take({ kind: 'open' });
  for (let number = 0; number < 5; number++) {
    drive.take({ kind: 'frame', number, frame: frameAt(number) });
    await expect.poll(() => sent.length, { timeout: 30_000 }).toBe(number + 2);
  }
  drive.take({ kind: 'learn', learningRate: 0.001 });
  const many = 9;
  await expect.poll(() => sent.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(many);
  // A frame would be first, if it went on.
  drive.take({ kind: 'frame', number: 5, frame: frameAt(5) });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(sent).toHaveLength(many);
  take();
  await expect.poll(() => sent.length, { timeout: 30_000 }).toBe(many + 1);
  expect(sent.at(-1)!.kind).toBe('seen');
  await drive.close();
});

it.each(['rtsp://me:secret@camera/live', 'v4l2:/dev/video0', 'nowhere.mp4'])(
  'names the engine of Node where a browser cannot read %s',
  async (video) => {
    const refused = serveLive({ port: 0, page: 'page', set: TINY, from: 'live', video });
    await expect(refused).rejects.toThrow(/--engine node/);
    await expect(refused).rejects.not.toThrow(/secret/);
  },
);
