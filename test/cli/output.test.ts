import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../src/runs/checkpoint.js';
import { quickFfmpeg } from '../video/codedVideo.js';
import { testVideo } from '../video/makeVideo.js';
import { TINY, temporaryFolder } from './foreframe.js';

quickFfmpeg();

const main = resolve(import.meta.dirname, '../../dist/src/cli/main.js');
const folder = temporaryFolder();
const NODE = `"${process.execPath}" "${main}"`;

/** Run a shell's line; `FOREFRAME` in it stands for the command. */
function shell(line: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn('bash', ['-c', line.replaceAll('FOREFRAME', NODE)], { cwd: folder });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

const FULL = 'foreframe: cannot write to standard output: the disk is full\n';
const COMMANDS = ['datasets list', 'train --help', '--version'];

describe.skipIf(process.platform !== 'linux')('standard output', () => {
  it.each(COMMANDS)('of `%s` on a full disk fails in one line', async (command) => {
    const { code, stderr } = await shell(`FOREFRAME ${command} >/dev/full`);
    expect({ code, stderr }).toEqual({ code: 1, stderr: FULL });
  });

  it.each(COMMANDS)('of `%s` whose reader has gone ends without a word', async (command) => {
    // The reader has closed its end before anything is written.
    const line = `(sleep 0.2; FOREFRAME ${command}; echo "$?" >&2) | true`;
    const { stderr } = await shell(line);
    expect(stderr).toBe('141\n');
  });

  it('that is closed, with or without standard error, harms nothing', async () => {
    expect(await shell('FOREFRAME datasets list >&-')).toMatchObject({ code: 0, stderr: '' });
    expect(await shell('FOREFRAME datasets list 2>&-')).toMatchObject({ code: 0 });
    expect(await shell('FOREFRAME datasets list <&- >&- 2>&-')).toMatchObject({ code: 0 });
    expect(await shell('FOREFRAME evaluate nothing 2>/dev/full')).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('a training', () => {
  beforeAll(() => testVideo(join(folder, 'own.mp4'), 'testsrc=size=32x32:rate=25:duration=4'));

  it.each([
    ['whose reader has gone', '2>&1 | true', 0],
    ['on full output', '>/dev/full 2>/dev/full', 1],
  ])('%s is saved all the same', async (name, ending, code) => {
    const settings = [
      ...TINY,
      '--set',
      'training.steps=1',
      '--set',
      'data.width=8',
      '--set',
      'data.height=8',
    ];
    const words = settings.map((each) => `'${each}'`).join(' ');
    const run = name.replaceAll(' ', '-');
    const outcome = await shell(`FOREFRAME train video own.mp4 ${words} --run ${run} ${ending}`);
    expect(outcome).toEqual({ code, stdout: '', stderr: '' });
    const { position } = await loadCheckpoint(join(folder, run, 'checkpoints', 'last.safetensors'));
    expect(position.step).toBe(1);
    expect(readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')).toContain('"step":1');
  });
});
