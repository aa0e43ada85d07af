import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { canMount, smallDisk } from '../smallDisk.js';
import { damage, ffmpeg, testVideo } from '../video/makeVideo.js';
import { foreframe, type Outcome, TINY, temporaryFolder } from './foreframe.js';
import { keptForeframe } from './keptForeframe.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const good = at('good.mp4');
const kept = keptForeframe();
const short = [...TINY, '--set', 'training.steps=2', '--set', 'data.width=16', '--set', 'data.height=16'];

beforeAll(() => {
  testVideo(good, 'testsrc=size=64x48:rate=25:duration=8');
  testVideo(at('one-frame.mp4'), 'testsrc=size=64x48:rate=25:duration=0.04', '-frames:v', '1');
  testVideo(at('ten-frames.mp4'), 'testsrc=size=64x48:rate=25:duration=0.4');
  ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', at('audio.m4a'));
  writeFileSync(at('empty.mp4'), '');
  writeFileSync(at('text.mp4'), 'this is not a video\n'.repeat(100));
  mkdirSync(at('no-videos'));
  writeFileSync(at('no-videos/readme.txt'), 'nothing here');
  damage(good, at('damaged.mp4'), 0.5, 0.1);
});

function train(video: string, ...more: string[]): Promise<Outcome> {
  return kept(['train', 'video', at(video), ...short, '--run', at(`run-${video}`), ...more]);
}

/** One line, that names what is at fault; no stack. */
function expectOneLine(
  { code, stdout, stderr }: Outcome,
  exitCode: number,
  ...words: (string | RegExp)[]
): void {
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('foreframe: '));
  expect({ code, lines: lines.length, stdout }).toEqual({ code: exitCode, lines: 1, stdout: '' });
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect(stderr).not.toContain('this is a fault of foreframe');
  for (const word of words) expect(lines[0]).toMatch(word);
}

describe('a bad video', () => {
  it.each([
    ['missing.mp4', /missing\.mp4/, /no file/],
    ['no-videos', /no-videos/, /no video/],
    ['text.mp4', /text\.mp4/, /not a video|no video/],
    ['empty.mp4', /empty\.mp4/, /empty/],
    ['audio.m4a', /audio\.m4a/, /sound|audio/],
    ['one-frame.mp4', /one-frame\.mp4/, /too short/],
    ['ten-frames.mp4', /ten-frames\.mp4/, /too short for one batch of 4 clips of 5 frames/],
  ])('%s is refused in one line', async (video, ...words) => {
    expectOneLine(await train(video), 1, ...words);
  });

  it('a damaged stretch is skipped and counted, or refused on request', async () => {
    const whole = ['--set', 'training.epochs=1', '--set', 'training.steps=null'];
    const skipped = await train('damaged.mp4', ...whole);
    expect(skipped.stderr).toMatch(/warning: .*damaged\.mp4.*skipped/);
    expect(skipped.code).toBe(0);
    expectOneLine(
      await train('damaged.mp4', ...whole, '--on-corrupt', 'fail', '--run', at('fail')),
      1,
      /damaged\.mp4/,
    );
  });
});

describe('bad settings', () => {
  it.each([
    [['train'], 2],
    [['train', 'nowhere.yaml', 'x.mp4'], 2],
    [['train', 'video'], 2],
    [['train', 'video', 'x.mp4', '--set', 'training.learningRate=.nan'], 2],
    [['train', 'video', 'x.mp4', '--set', 'training.lerningRate=1'], 2],
    [['train', 'video', 'x.mp4', '--on-corrupt', 'maybe'], 2],
    [['train', 'demo', '--set', 'data.dataset=bouncing-bals'], 2],
    [['predict', 'run'], 2],
    [['predict', 'run', 'x.mp4', '--horizon', 'soon'], 2],
    [['frobnicate'], 2],
    [['evaluate', 'no-such-run'], 1],
    [['report', 'no-such-run'], 1],
    [['datasets', 'show', 'no-such-set'], 2],
  ])('%j exits with %d and one clear line', async (args, code) => {
    const outcome = await kept(args, { cwd: folder });
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).not.toMatch(/^ {4}at /m);
    expect(outcome.stderr).toMatch(/^(foreframe|error): /m);
    expect(outcome.stderr).not.toContain('this is a fault of foreframe');
  });
});

describe('a bad run folder', () => {
  const run = at('run');
  const command = ['train', 'video', good, ...short, '--run', run];
  const again = (...more: string[]) => kept([...command, ...more]);
  const last = join(run, 'checkpoints/last.safetensors');

  beforeAll(async () => {
    expect((await kept(command)).code).toBe(0);
  });

  it('that holds a run already is not overwritten', async () => {
    expectOneLine(await again(), 1, /already holds a run/, /--resume/);
  });

  it('of another configuration is not resumed', async () => {
    expectOneLine(
      await again('--resume', '--set', 'model.lstm=9'),
      1,
      /another configuration/,
      /model\.lstm: 8 there, 9 here/,
    );
  });

  it('that cannot be written is named', async () => {
    writeFileSync(at('a-file'), '');
    const below = join(at('a-file'), 'run');
    expectOneLine(
      await kept(['train', 'video', good, ...short, '--run', below]),
      1,
      /a-file/,
      /cannot write/,
    );
  });

  it('that is a link to nowhere or a file is called that', async () => {
    symlinkSync(at('nowhere'), at('link'));
    const made = await kept(['train', 'video', good, ...short, '--run', at('link')]);
    expectOneLine(made, 1, /cannot write .*link: it is a link that leads nowhere/);
    writeFileSync(at('a-file'), '');
    expectOneLine(await kept(['evaluate', at('a-file')]), 1, /a-file is a file, not a run folder/);
  });

  it('with a space in its name is named as a shell takes it', async () => {
    cpSync(run, at('my run'), { recursive: true });
    const { code, stdout } = await kept(['train', '--resume', '--run', 'my run'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("--run 'my run' --set") });
  });

  it.each(['missing', ...(canMount ? ['full'] : [])])(
    'is measured and exported as ever where TMPDIR is %s',
    async (kind) => {
      const TMPDIR = at(`tmp-${kind}`);
      const takeAway = kind === 'full' ? smallDisk(TMPDIR, 4096) : undefined;
      try {
        const out = at(`exported-${kind}`);
        const exported = await foreframe(['export', run, '--out', out], { env: { TMPDIR } });
        expect(exported).toMatchObject({ code: 0, stdout: expect.stringContaining('wrote') });
        const measured = await foreframe(['evaluate', run], { env: { TMPDIR } });
        expect(measured.code).toBe(0);
        expect(measured.stderr).not.toContain('op by op');
      } finally {
        takeAway?.();
      }
    },
  );

  it.runIf(canMount)('on a full disk keeps the last whole checkpoint', async () => {
    const before = readFileSync(last);
    const folder = join(run, 'checkpoints');
    const names = readdirSync(folder);
    cpSync(folder, at('kept'), { recursive: true });
    // Room for all that is there and half a checkpoint.
    const takeAway = smallDisk(folder, (names.length + 0.5) * before.length);
    try {
      cpSync(at('kept'), folder, { recursive: true });
      const full = await again('--resume', '--set', 'training.steps=6');
      expectOneLine(full, 1, /(last|best)\.safetensors/, /disk is full/);
      expect(readFileSync(last).equals(before)).toBe(true);
      expect(readdirSync(folder)).toEqual(names);
    } finally {
      takeAway();
    }
    expect((await again('--resume', '--set', 'training.steps=6')).code).toBe(0);
  });

  it('with a checkpoint cut short is named, with what to do', async () => {
    truncateSync(last, 1000);
    expectOneLine(await again('--resume', '--set', 'training.steps=9'), 1, /last\.safetensors/, /cut short/);
    truncateSync(join(run, 'checkpoints/best.safetensors'), 10);
    expectOneLine(await kept(['evaluate', run]), 1, /best\.safetensors/, /cut short/);
  });
});
