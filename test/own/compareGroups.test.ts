import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { analysis, compareRuns, train } from '../../src/index.js';
import { writeVideo } from '../../src/video/index.js';
import { temporaryFolder } from '../cli/foreframe.js';
import { keptForeframe } from '../cli/keptForeframe.js';
import { quickFfmpeg } from '../video/codedVideo.js';

quickFfmpeg();

const command = keptForeframe('one-thread');
const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const [a, b] = [at('a'), at('b')] as const;
const [WIDTH, HEIGHT, FRAMES] = [16, 12, 12];
/** Of each file: training, validation and, of two people, test. */
const SPLITS = ['train', 'train', 'validation', 'test', 'test', 'test', 'test'];

async function* walk(clip: number) {
  for (let index = 0; index < FRAMES; index++) {
    const data = new Uint8Array(WIDTH * HEIGHT).fill(20 + 10 * clip);
    for (let y = clip; y < clip + 4; y++) data.fill(230, y * WIDTH + index, y * WIDTH + index + 4);
    const shape = { width: WIDTH, height: HEIGHT, channels: 1 as const };
    yield { data, ...shape, time: index / 10, index, source: 'walk' };
  }
}

/** @param groups of each file; none without the column */
function writeTable(groups?: (clip: number) => string, labels = (clip: number) => `${clip % 2}`): void {
  const rows = SPLITS.map((split, clip) => [
    ...[`clips/${clip}.mp4`, split, labels(clip)],
    ...(groups ? [groups(clip)] : []),
  ]);
  const head = ['path', 'split', 'label', ...(groups ? ['group'] : [])];
  writeFileSync(at('clips.csv'), `${[head, ...rows].map((row) => row.join(',')).join('\n')}\n`);
}

const byPerson = (clip: number) => (clip < 3 ? `trained ${clip}` : `tested ${clip % 2}`);

beforeAll(async () => {
  mkdirSync(at('clips'));
  for (const clip of SPLITS.keys())
    await writeVideo(at(`clips/${clip}.mp4`), walk(clip), { rate: 10, quality: 'lossless' });
  writeTable(byPerson);
  for (const [seed, run] of [a, b].entries())
    await train({
      config: {
        ...{ name: 'walks', threads: 1, seed: seed + 1 },
        // Three clips of each file.
        data: {
          manifest: at('clips.csv'),
          width: WIDTH,
          height: HEIGHT,
          color: 'grey',
          steps: 3,
          shuffle: 4,
        },
        model: { name: 'conv-lstm', channels: [4] },
        method: { name: 'next-frame' },
        training: { batch: 2, steps: 2 + 20 * seed, validateEvery: 2, learningRate: 0.01 },
        evaluation: { horizon: 2 },
      },
      folder: run,
    });
});

const kept = (run: string) => JSON.parse(readFileSync(join(run, 'test-scores.json'), 'utf8'));

async function difference() {
  const { differences } = await compareRuns([a, b], { out: at('page.html'), single: true });
  return differences.find(({ figure }) => figure === 'MSE')!;
}

describe('foreframe compare, of runs on clips of ones own', () => {
  it('draws over the groups of a table, and says how few they are', async () => {
    const { over, interval, paired } = await difference();
    expect({ over, paired }).toEqual({ over: { count: 2, of: 'groups' }, paired: true });
    const { clips } = kept(a).nextFrame;
    expect(clips).toHaveLength(12);
    const groups = Int32Array.from(clips, ({ group }: { group: string }) => Number(group.at(-1)));
    const [first, second] = [a, b].map((run) => kept(run).nextFrame.model.meanSquaredError as number[]);
    expect(interval).toEqual(analysis.pairedDifference(second!, first!, { groups }));
    const { stdout } = await command(['compare', '--single', a, b, '--out', at('page.html')]);
    expect(stdout).toContain('2 groups are too few');
  });

  it('notices that the groups were changed since, and gives no verdict on one alone', async () => {
    writeTable((clip) => (clip < 3 ? `trained ${clip}` : 'tested'));
    expect(await difference()).toMatchObject({ verdict: 'open', over: { count: 1, of: 'groups' } });
    expect(readFileSync(at('page.html'), 'utf8')).toContain('Only 1 group is tested');
    expect((await difference()).interval).toBeUndefined();
  });

  it('draws over files where nobody named groups, and measures anew what an older foreframe kept', async () => {
    writeTable();
    expect((await difference()).over).toEqual({ count: 4, of: 'files' });
    const { tested, grouped, ...older } = kept(a);
    expect({ tested, grouped }).toEqual({ tested: expect.any(String), grouped: false });
    for (const clip of older.nextFrame.clips) delete clip.group;
    older.nextFrame.model.meanSquaredError.fill(9);
    writeFileSync(join(a, 'test-scores.json'), JSON.stringify(older));
    expect((await difference()).over).toEqual({ count: 4, of: 'files' });
    expect(kept(a)).toMatchObject({ tested });
    expect(kept(a).nextFrame.model.meanSquaredError[0]).toBeLessThan(9);
  });
});

describe('foreframe compare, of classifiers of clips of ones own', () => {
  const [c, d] = [at('c'), at('d')] as const;
  const compared = async () => {
    const { differences } = await compareRuns([c, d], { out: at('page.html'), single: true });
    return differences[0]!;
  };

  it('draws over groups, over files without them, and notices another label', async () => {
    writeTable(byPerson);
    for (const [seed, run] of [c, d].entries())
      await train({
        config: {
          ...{ name: 'sides', threads: 1, seed: seed + 1 },
          data: { manifest: at('clips.csv'), size: 16, color: 'grey', clips: { frames: 4 } },
          model: { name: 'conv-lstm-classifier', filters: [4], channels: 4 },
          method: { name: 'supervised' },
          training: { labelled: 2, unlabelled: 0, steps: 2, validateEvery: 2 },
        },
        folder: run,
      });
    expect(await compared()).toMatchObject({ paired: true, over: { count: 2, of: 'groups' } });
    const before = kept(c);
    expect(before.groups.of).toHaveLength(12);
    await compared();
    expect(kept(c)).toEqual(before);

    writeTable();
    expect((await compared()).over).toEqual({ count: 4, of: 'files' });

    // The other class of all that is tested: what was right is wrong.
    writeTable(undefined, (clip) => `${(clip + (clip < 3 ? 0 : 1)) % 2}`);
    await compared();
    const after = kept(c);
    expect(after.set).not.toBe(before.set);
    expect(after.wrong.length).toBe(before.images - before.wrong.length);

    // A table that is gone changes nothing.
    const notes: string[] = [];
    rmSync(at('clips.csv'));
    await compareRuns([c, d], { out: at('page.html'), single: true, onNote: (note) => notes.push(note) });
    expect(notes.filter((note) => /its data cannot be read: there is no table/.test(note))).toHaveLength(2);
    expect(kept(c)).toEqual(after);
  });
});
