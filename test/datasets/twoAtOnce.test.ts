import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../datasets/building/build.js';
import { keptClips } from '../../datasets/building/keptClips.js';
import { bouncingBallsDataset } from '../../datasets/clips/bouncingBallsDataset.js';

const main = resolve(import.meta.dirname, '../../dist/src/cli/main.js');
const temporary = () => mkdtempSync(join(tmpdir(), 'foreframe-build-'));
const isolated = ['unshare', '-pf', '--mount-proc'];
const canIsolate = spawnSync(isolated[0]!, [...isolated.slice(1), 'true']).status === 0;

/** `datasets build` as process 1 of a container. */
function buildIsolated(root: string, clips: number) {
  const sizes = ['--train', String(clips), '--validation', '1', '--test', '1', '--out', root];
  const args = [...isolated, process.execPath, main, 'datasets', 'build', 'bouncing-balls', ...sizes];
  const child = spawn(args[0]!, args.slice(1));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  const ended = new Promise<{ code: number | null; text: string }>((done) =>
    child.on('close', (code) => done({ code, text })),
  );
  return { child, ended };
}

describe('a dataset', () => {
  it.runIf(canIsolate)('is built once by two containers that share a folder and a process id', async () => {
    const root = temporary();
    const outcomes = await Promise.all([buildIsolated(root, 6).ended, buildIsolated(root, 6).ended]);
    expect(
      outcomes.map(({ code }) => code),
      outcomes[0].text + outcomes[1].text,
    ).toEqual([0, 0]);
    expect(readdirSync(root)).toEqual([expect.stringMatching(/^bouncing-balls-[0-9a-f]{8}$/)]);
    expect(outcomes.filter(({ text }) => /is making bouncing-balls: waiting for it/.test(text))).toHaveLength(
      1,
    );
  });

  it.each([
    [
      'build',
      (root: string) => buildDataset(bouncingBallsDataset, { train: 1, validation: 1, test: 1 }, root),
    ],
    ['kept', (root: string) => keptClips(bouncingBallsDataset, { train: 1, validation: 1, test: 1 }, root)],
  ] as const)('takes away what killed processes left of it: %s', async (_, make) => {
    const root = temporary();
    await make(root);
    const [name] = readdirSync(root);
    const again = temporary();
    // Of a dead process of this place, and of another container that was silent for long.
    const left = [`${name}.4194304-1-00000000-0123abcd.tmp`, `${name}.1-5-11111111-0123abcd.tmp`];
    for (const each of left) {
      mkdirSync(join(again, each, 'train'), { recursive: true });
      writeFileSync(join(again, each, 'train', '00000.mp4'), 'half');
    }
    const lock = join(again, `${name}.lock`);
    writeFileSync(lock, '{"token":"of-another","pid":1,"host":"elsewhere"}\n');
    const long = new Date(Date.now() - 120_000);
    utimesSync(lock, long, long);
    writeFileSync(join(again, 'mine.tmp'), 'a');
    await make(again);
    expect(readdirSync(again).sort()).toEqual([name!, 'mine.tmp'].sort());
  });

  it.each(['../up', 'a/b', '..', '', '/tmp/x'])('is not called %j', async (name) => {
    const root = temporary();
    const dataset = { ...bouncingBallsDataset, card: { ...bouncingBallsDataset.card, name } };
    const counts = { train: 1, validation: 1, test: 1 };
    await expect(buildDataset(dataset, counts, root)).rejects.toThrow(/is no name for a dataset/);
    await expect(keptClips(dataset, counts, root)).rejects.toThrow(/is no name for a dataset/);
    expect(readdirSync(root)).toEqual([]);
  });
});
