import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkNamed } from '../../src/cli/liveNamed.js';
import { FileLock } from '../../src/common/locks/fileLock.js';
import { openSession } from '../../src/live/server/openSession.js';
import { saveSession } from '../../src/live/server/saveSession.js';
import { liveVariables } from '../../src/live/server/sessionState.js';
import { encodeSafetensors } from '../../src/runs/safetensors.js';
import { keptForeframe } from '../cli/keptForeframe.js';
import { temporaryFolder } from '../video/makeVideo.js';
import { TINY } from './cameraBrowser.js';

const kept = keptForeframe();
const cwd = temporaryFolder();
const run = (...args: string[]) => kept(args, { cwd });
const set = TINY.flatMap((each) => ['--set', each]);

/** A run of a page's network, as saving writes it. */
async function savedRun(): Promise<string> {
  const session = await openSession({ set: TINY });
  const weights = new Uint8Array(Buffer.concat(encodeSafetensors(liveVariables(session.page.settings))));
  const before = process.cwd();
  process.chdir(cwd);
  try {
    return await saveSession(session, { weights, steps: 3, seconds: 1 });
  } finally {
    process.chdir(before);
  }
}

it('writes the page of a pipeline, and of a run in two ways that are the same', async () => {
  expect(await run('live', 'live', ...set, '--out', 'site')).toMatchObject({
    code: 0,
    stdout: 'wrote site\n',
  });
  const folder = await savedRun();
  expect((await run('live', folder, '--out', 'one')).code).toBe(0);
  const { code, stdout } = await run('export', folder, '--format', 'web', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ folder: join(folder, 'web'), name: folder });
  const [one, two] = [join(cwd, 'one'), join(cwd, folder, 'web')];
  expect(readdirSync(one)).toEqual(readdirSync(two));
  for (const name of readdirSync(one))
    expect(readFileSync(join(one, name)).equals(readFileSync(join(two, name))), name).toBe(true);
  const session: unknown = JSON.parse(readFileSync(join(one, 'session.json'), 'utf8'));
  expect(session).toMatchObject({ home: 'files', engine: 'browser', name: folder, trained: true });
  // Below any path: no address begins at a root, and no script or style stands in the page.
  const html = readFileSync(join(one, 'index.html'), 'utf8');
  expect(html).not.toMatch(/(src|href)="\/|<script(?![^>]* src=)|<style| style=| on\w+=/);
  expect(html).toContain("default-src 'none'");
});

it('waits for a training that holds its folder and has not written yet what it is', async () => {
  const began = join(cwd, 'begins');
  mkdirSync(began);
  const lock = FileLock.take(join(began, '.lock'));
  if (!(lock instanceof FileLock)) throw new Error(lock.description);
  const said: string[] = [];
  await checkNamed(began, (line) => {
    said.push(line);
    writeFileSync(join(began, 'config.yaml'), '');
  });
  lock.release();
  expect(said).toEqual([`${began}: a training begins there; waiting for its first files`]);
});

it.each<[string[], RegExp]>([
  [['live', 'live', '--out', 'other', '--engine', 'node'], /leave --engine node out/],
  [['live', 'live', 'my.mp4', '--out', 'other'], /leave my.mp4 out/],
  [['live', 'one/page.js', '--out', 'other'], /leave one\/page.js out/],
  [['live', 'nowhere.mp4'], /^foreframe: there is no run, pipeline or video file nowhere.mp4;/],
  [['live', 'runs/nowhere'], /^foreframe: there is no run, pipeline or video file runs\/nowhere;/],
  [['live', 'live', ...set, '--out', 'site'], /site is not empty: name another folder with --out/],
  [['export', 'runs/live', '--format', 'web', '--batch', '2'], /leave --batch and --steps out/],
  [
    ['live', 'live', ...set, '--out', 'site/index.html'],
    /index.html: a file stands where a folder is needed/,
  ],
  [['export', 'nowhere', '--format', 'web'], /nowhere/],
  [['live', 'rtsp://me:secret@camera/live'], /rtsp:\/\/camera\/live is no file.*--engine node/],
])('refuses in one line: %j', async (args, message) => {
  const { code, stderr } = await run(...args);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
  expect(stderr.trim()).not.toMatch(/\n|secret/);
});
