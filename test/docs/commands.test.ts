import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../cli/foreframe.js';
import { keptForeframe } from '../cli/keptForeframe.js';
import { testVideo } from '../video/makeVideo.js';
import { commandsIn, wordsOf } from './pages.js';

// Every command that takes seconds is run as it stands. `train` is run with a budget of a few steps. test/cli/examples.test.ts
// reads the others.

const folder = temporaryFolder();
const kept = keptForeframe('docs');
const small = [
  'training.seconds=null',
  'training.batch=2',
  'data.width=16',
  'data.height=16',
  'model.channels=4',
];

beforeAll(() => {
  testVideo(join(folder, 'my.mp4'), 'testsrc=s=32x32:r=25:d=8', '-c:v', 'libx264');
  testVideo(join(folder, 'other.mp4'), 'testsrc=s=32x32:r=25:d=2', '-c:v', 'libx264');
});

async function run(words: readonly string[]) {
  const outcome = await kept(words, { cwd: folder });
  expect({ code: outcome.code, stderr: outcome.code === 0 ? '' : outcome.stderr, words }).toMatchObject({
    code: 0,
  });
  return outcome;
}

/** The settings of a training that ends after `steps`, in place of the time that the page gives it. */
function shortened(words: readonly string[], steps: number): string[] {
  const kept = words.filter(
    (word, i) => !/^training\.seconds=/.test(word) && !/^training\.seconds=/.test(words[i + 1] ?? ''),
  );
  const settings = words.includes('--resume') ? [] : small;
  return [...kept, ...[...settings, `training.steps=${steps}`].flatMap((setting) => ['--set', setting])];
}

describe('what the README says of a video of your own', () => {
  const commands = commandsIn('README.md').map(wordsOf);
  const own = commands.slice(0, commands.findIndex((words) => words.includes('--resume')) + 1);

  it('works, one after the other', async () => {
    expect(own.map(([name]) => name)).toEqual([
      'train',
      'evaluate',
      'report',
      'predict',
      'surprise',
      'extract',
      'train',
    ]);
    let steps = 2;
    for (const words of own) await run(words[0] === 'train' ? shortened(words, steps++) : words);
    expect(existsSync(join(folder, 'runs/video/report.html'))).toBe(true);
    expect(existsSync(join(folder, 'runs/video/predictions/other.mp4'))).toBe(true);
    expect(existsSync(join(folder, 'surprise/other/surprise.html'))).toBe(true);
    expect(existsSync(join(folder, 'my.parquet'))).toBe(true);
  });
});

describe('commands that list and show', () => {
  const lists = /^(pipelines|settings|datasets list|datasets show bouncing-balls|--help)/;
  const pagesWithLists = ['README.md', 'docs/pipelines.md', 'docs/models.md', 'docs/datasets.md'];
  const commands = pagesWithLists.flatMap(commandsIn).filter((line) => lists.test(line));

  it.each([...new Set(commands.map((line) => wordsOf(line).join(' ')))])('foreframe %s', async (line) => {
    expect((await run(line.split(' '))).stdout.length).toBeGreaterThan(100);
  });

  it('are there', () => expect(commands.length).toBeGreaterThan(7));
});
