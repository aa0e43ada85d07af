import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { folderRows } from '../../src/data/own/folderRows.js';
import type { OwnRow, OwnRows } from '../../src/data/own/ownRow.js';
import { splitRows } from '../../src/data/own/splitRows.js';
import type { Split } from '../../src/stream/frameSource.js';
import { temporaryFolder } from '../video/makeVideo.js';

const SHARES = { train: 0.8, validation: 0.1 };
const SPLITS = ['train', 'validation', 'test'] as const;

function rowsOf(
  given: readonly { label?: string; group?: string; split?: Split }[],
  grouped = false,
): OwnRows {
  const rows = given.map(({ label = '', group, split }, i): OwnRow => {
    const name = `${i}.mp4`;
    return {
      source: { kind: 'file', name, path: name },
      label,
      group: group ?? name,
      split,
      columns: { file: name },
      fault: (column, what) => new ForeframeError(`row ${i}, ${column}: ${what}`),
    };
  });
  return { origin: 'clips.csv', rows, grouped };
}

const counted = (splits: readonly Split[]) =>
  SPLITS.map((split) => splits.filter((each) => each === split).length);

describe('a split of own data', () => {
  it('tests two groups where each shows several classes: an interval over groups needs two', () => {
    const people = (count: number) =>
      Array.from({ length: 2 * count }, (_, i) => ({ label: i % 2 ? 'a' : 'b', group: `p${i >> 1}` }));
    for (const [count, tested] of [
      [4, 1],
      [5, 2],
      [12, 2],
      [40, 4],
    ] as const) {
      const { splits } = splitRows(rowsOf(people(count), true), SHARES, 1);
      expect(counted(splits)[2], `${count} people`).toBe(2 * tested);
    }
  });

  it('never has a group on two sides, has all rows, and is the same for the same seed', () => {
    const groups = fc.array(
      fc.record({
        group: fc.integer({ min: 0, max: 12 }).map(String),
        label: fc.constantFrom('', 'a', 'b', 'c'),
      }),
      { minLength: 3, maxLength: 60 },
    );
    fc.assert(
      fc.property(groups, fc.nat(), (given, seed) => {
        const own = rowsOf(given, true);
        const labelled = given.filter(({ label }) => label !== '');
        const units = new Set((labelled.length > 0 ? labelled : given).map(({ group }) => group));
        if (units.size < 3) {
          expect(() => splitRows(own, SHARES, seed)).toThrow(/too few to have one in each split/);
          return;
        }
        const { splits } = splitRows(own, SHARES, seed);
        expect(splits).toHaveLength(given.length);
        for (const name of new Set(given.map(({ group }) => group)))
          expect(new Set(splits.filter((_, i) => given[i]!.group === name)).size).toBe(1);
        for (const count of counted(splits)) expect(count).toBeGreaterThan(0);
        expect(splitRows(own, SHARES, seed).splits).toEqual(splits);
      }),
    );
  });

  it('has each class in every split, in its share', () => {
    const given = ['dog', 'cat', 'fish'].flatMap((label, c) =>
      Array.from({ length: [20, 10, 3][c]! }, () => ({ label })),
    );
    const { splits, text } = splitRows(rowsOf(given), SHARES, 1);
    const of = (label: string) => counted(splits.filter((_, i) => given[i]!.label === label));
    expect([of('dog'), of('cat'), of('fish')]).toEqual([
      [16, 2, 2],
      [8, 1, 1],
      [1, 1, 1],
    ]);
    expect(text).toBe('25 + 4 + 4 files');
    const other = splitRows(rowsOf(given), SHARES, 2).splits;
    expect(other).not.toEqual(splits);
  });

  it('trains on what has no label, and tests on what has one', () => {
    const given = Array.from({ length: 40 }, (_, i) => ({ label: i < 10 ? 'ab'[i % 2]! : '' }));
    const { splits } = splitRows(rowsOf(given), SHARES, 1);
    expect(new Set(splits.slice(10))).toEqual(new Set(['train']));
    expect(counted(splits.slice(0, 10))).toEqual([6, 2, 2]);
  });

  it('is the one that was given, with a validation part from the training part where none is named', () => {
    const given = Array.from({ length: 20 }, (_, i) => ({
      label: 'ab'[i % 2]!,
      group: `person ${Math.floor(i / 2)}`,
      split: i < 16 ? ('train' as const) : ('test' as const),
    }));
    const { splits, notes } = splitRows(rowsOf(given, true), SHARES, 1);
    expect(splits.slice(16)).toEqual(['test', 'test', 'test', 'test']);
    expect(counted(splits)).toEqual([14, 2, 4]);
    expect(notes).toEqual([
      expect.stringMatching(/names no validation split: 2 of the training rows, by group/),
    ]);
    const whole = given.map((row, i) => ({ ...row, split: SPLITS[i % 3]! }));
    const torn = splitRows(rowsOf(whole, true), SHARES, 1);
    expect(torn.splits).toEqual(whole.map(({ split }) => split));
    expect(torn.notes).toEqual([
      expect.stringMatching(/warning: .*group person 0 is on two sides of the split/),
    ]);
  });

  it('that cannot be made is refused in one line', () => {
    const all = (split: Split) => Array.from({ length: 5 }, () => ({ split }));
    expect(() => splitRows(rowsOf(all('train')), SHARES, 1)).toThrow(/^clips\.csv: nothing is in split test/);
    expect(() => splitRows(rowsOf(all('test')), SHARES, 1)).toThrow(/nothing is in split train/);
    expect(() => splitRows(rowsOf([{ label: 'a' }, { label: 'b' }]), SHARES, 1)).toThrow(
      /^clips\.csv has 2 files, too few to have one in each split: add more/,
    );
  });
});

describe('a folder of classes', () => {
  const folder = temporaryFolder();
  const put = (...names: string[]) => {
    for (const name of names) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), '');
    }
  };
  const known = async (name: string) =>
    (await folderRows(join(folder, name), 'images')).rows.map(({ label, split, columns }) => [
      columns.file,
      label,
      split,
    ]);

  it('has the name of each folder as a label, in natural order, nested files included', async () => {
    put('a/dog/10.png', 'a/dog/2.jpg', 'a/cat/old/1.png', 'a/cat/.hidden.png', 'a/README.txt');
    expect(await known('a')).toEqual([
      ['cat/old/1.png', 'cat', undefined],
      ['dog/2.jpg', 'dog', undefined],
      ['dog/10.png', 'dog', undefined],
    ]);
  });

  it('may be parted into splits first, and may have no classes', async () => {
    put('b/train/dog/1.png', 'b/val/dog/2.png', 'b/test/cat/3.png', 'c/1.png', 'c/2.png');
    expect(await known('b')).toEqual([
      ['test/cat/3.png', 'cat', 'test'],
      ['train/dog/1.png', 'dog', 'train'],
      ['val/dog/2.png', 'dog', 'validation'],
    ]);
    expect(await known('c')).toEqual([
      ['1.png', '', undefined],
      ['2.png', '', undefined],
    ]);
  });

  it('that is wrong is named in one line', async () => {
    put('d/dog/1.png', 'd/2.png', 'e/dog/1.png', 'e/cat/notes.txt', 'f/dog/1.bmp');
    await expect(known('d')).rejects.toThrow(
      /d\/2\.png lies beside the folders of the classes: move it into one of dog$/,
    );
    await expect(known('e')).rejects.toThrow(
      /the folder .*e\/cat holds no images: put \.png or \.jpg files into it$/,
    );
    await expect(known('f')).rejects.toThrow(/f\/dog\/1\.bmp: bmp images are not read/);
    await expect(known('none')).rejects.toThrow(/there is no folder .*none: check the name$/);
    await expect(known('a/README.txt')).rejects.toThrow(/README\.txt is no folder: .*data\.manifest$/);
  });
});
