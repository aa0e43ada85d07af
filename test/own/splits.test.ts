import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
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
  given: readonly {
    label?: string;
    group?: string;
    split?: Split;
    file?: string;
    start?: number;
    end?: number;
  }[],
  grouped = false,
): OwnRows {
  const rows = given.map(({ label = '', group, split, file, start, end }, i): OwnRow => {
    const name = `${i}.mp4`;
    return {
      source: { kind: 'file', name, path: name },
      file: file ?? name,
      start,
      end,
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

  it('never shows a frame on two sides, whatever groups and names of files say', () => {
    const parts = fc.array(
      fc.record({
        file: fc.integer({ min: 0, max: 5 }).map((n) => `${n}.mp4`),
        start: fc.integer({ min: 0, max: 8 }),
        length: fc.integer({ min: 1, max: 4 }),
        group: fc.integer({ min: 0, max: 40 }).map(String),
      }),
      { minLength: 12, maxLength: 40 },
    );
    let splitAny = 0;
    fc.assert(
      fc.property(parts, fc.boolean(), fc.nat(), (given, grouped, seed) => {
        const rows = given.map(({ length, ...part }) => ({ ...part, end: part.start + length }));
        let splits: readonly Split[];
        try {
          ({ splits } = splitRows(rowsOf(rows, grouped), SHARES, seed));
        } catch {
          return;
        }
        splitAny++;
        for (const [i, a] of rows.entries())
          for (const [j, b] of rows.entries()) {
            const shared = a.file === b.file && (!grouped || (a.start < b.end && b.start < a.end));
            if (shared || (grouped && a.group === b.group)) expect(splits[i]).toBe(splits[j]);
          }
      }),
    );
    expect(splitAny).toBeGreaterThan(20);
  });

  it('says so where frames are on two sides because the table says it, and where groups are joined', () => {
    const part = (start: number, end: number, split?: Split, group?: string) => ({
      ...{ file: 'a.mp4', start, end, split, group },
    });
    const torn = [part(0, 4, 'train'), part(4, 6, 'validation'), part(3.9, 4, 'test')];
    expect(splitRows(rowsOf(torn), SHARES, 1).notes).toEqual([
      expect.stringMatching(/^warning: clips\.csv: 2\.mp4 shows frames that another split shows/),
    ]);
    const apart = [part(0, 3.9, 'train'), part(4, 6, 'validation'), part(3.9, 4, 'test')];
    expect(splitRows(rowsOf(apart), SHARES, 1).notes).toEqual([]);
    const others = ['b', 'c', 'd'].map((file) => ({ file, group: file }));
    const joined = [part(0, 4, undefined, 'ann'), part(2, 6, undefined, 'ben'), ...others];
    const { splits, notes } = splitRows(rowsOf(joined, true), SHARES, 1);
    expect(splits[0]).toBe(splits[1]);
    expect(notes).toEqual([
      expect.stringMatching(/groups that show the same frames, such as ann and ben, are kept/),
    ]);
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

  it('holds what links lead to, each file once, and no link that leads back to it', async () => {
    put('elsewhere/1.png', 'elsewhere/more/2.png', 'l/dog/1.png', 'l/cat/1.png');
    symlinkSync('../elsewhere', join(folder, 'l/bird'));
    symlinkSync('../../elsewhere/more', join(folder, 'l/cat/more'));
    symlinkSync('..', join(folder, 'elsewhere/more/back'));
    expect((await known('l')).map(([file]) => file)).toEqual([
      ...['bird/1.png', 'bird/more/2.png', 'cat/1.png', 'cat/more/2.png', 'cat/more/back/1.png', 'dog/1.png'],
    ]);
    symlinkSync('..', join(folder, 'l/fish'));
    await expect(known('l')).rejects.toThrow(
      /l\/fish is a link that leads back to the folder which holds it/,
    );
    put('s/dog/1.png', 's/cat/1.png', 's/stray.ts');
    writeFileSync(join(folder, 's/stray.ts'), Buffer.alloc(512));
    await expect(known('s')).rejects.toThrow(/s\/stray\.ts lies beside the folders of the classes/);
    writeFileSync(join(folder, 's/stray.ts'), 'export const pi = 3;\n');
    expect(await known('s')).toHaveLength(2);
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
