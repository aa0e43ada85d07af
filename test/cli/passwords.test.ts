import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ffmpeg } from '../video/makeVideo.js';
import { expectRefusal, foreframe, type Outcome, TINY, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

/** As the run that is watched with. */
const kept = keptForeframe('one-thread');
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const SECRET = 'hunter2';
const login = `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`;
const posted: (string | undefined)[] = [];

/** A camera, and whoever takes events, behind a password. */
const server = createServer((request, response) => {
  if (request.method === 'POST') posted.push(request.headers.authorization);
  if (request.headers.authorization === login) response.end(readFileSync(at('scene.ts')));
  else response.writeHead(401, { 'www-authenticate': 'Basic realm="camera"' }).end();
});
const url = (secret: string, path = 'scene.ts') =>
  `http://me:${secret}@127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;

beforeAll(async () => {
  cpSync(resolve(import.meta.dirname, '../fixtures/runs/edition-one/conv-lstm'), at('run'), {
    recursive: true,
  });
  const scene = 'testsrc2=s=60x60:r=10:d=3[a];smptebars=s=60x60:r=10:d=3[b];[a][b]concat';
  ffmpeg('-f', 'lavfi', '-i', scene, '-c:v', 'mpeg2video', '-f', 'mpegts', at('scene.ts'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => server.close());

/** The files below a folder in which a password stands. */
function told(path: string): string[] {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name));
  return files.filter((file) => statSync(file).isFile() && readFileSync(file).includes(SECRET));
}

function expectDone({ code, stdout, stderr }: Outcome): void {
  expect(code, stderr).toBe(0);
  expect(stdout + stderr).not.toContain(SECRET);
}

it('writes no password of an address, in nothing that it prints or makes', async () => {
  mkdirSync(at('made'));
  const made = (name: string) => at(`made/${name}`);
  const settings = ['--set', 'training.steps=3', '--set', 'threads=1'];
  const train = ['train', 'demo', url(SECRET), ...TINY, '--set', 'data.dataset=null', ...settings];
  expectDone(await kept([...train, '--run', made('run')]));
  expect(readFileSync(made('run/config.yaml'), 'utf8')).toContain('http://127.0.0.1');
  // With the address named again the run goes on.
  expectDone(await kept([...train, '--set', 'training.steps=4', '--run', made('run'), '--resume']));
  expectDone(await kept(['surprise', at('run'), url(SECRET), '--out', made('s'), '--webhook', url(SECRET)]));
  expect([...new Set(posted)]).toEqual([login]);
  for (const every of [
    ['--clips', '2'],
    ['--every', '1s'],
  ])
    expectDone(await kept(['extract', made('run'), url(SECRET), ...every, '--out', made('e.parquet')]));
  expectDone(await kept(['predict', at('run'), url(SECRET, SECRET), '--out', made('p.mp4')]));
  expect(told(at('made'))).toEqual([]);
});

it('names no password that is wrong', async () => {
  const before = await kept(['surprise', at('run'), url('wrong'), '--out', at('none')]);
  expectRefusal(before, 1, /cannot read http:\/\/127\.0\.0\.1:\d+\/scene\.ts: .*401/);
  expect(before.stderr).not.toContain('wrong');
  expect(readdirSync(folder)).not.toContain('none');
});

it.runIf(process.platform !== 'win32')('trains on standard input, which is saved as such', async () => {
  const { code, stdout, stderr } = await piped([
    'train',
    'demo',
    '-',
    ...TINY,
    '--set',
    'data.dataset=null',
    '--set',
    'training.steps=3',
    '--run',
    at('piped'),
  ]);
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: expect.stringContaining('trained') });
  expect(readFileSync(at('piped/config.yaml'), 'utf8')).toMatch(/videos:\s+- "?-"?\n/);
  expectRefusal(await kept(['evaluate', at('piped')]), 1, /learned from a pipe \(-\)/);
});

/** Run with the scene written to its standard input, through a pipe. */
function piped(args: readonly string[]): Promise<Outcome> {
  return foreframe(args, {
    onStart: (child) => {
      child.stdin!.on('error', () => {});
      child.stdin!.end(readFileSync(at('scene.ts')));
    },
  });
}
