import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fillNewFolder } from '../../src/common/locks/newFolder.js';
import { canMount, smallDisk } from '../smallDisk.js';
import { temporaryFolder } from '../video/makeVideo.js';

const fill = (folder: string) => {
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'deep', 'a'), 'a');
  writeFileSync(join(folder, 'b'), 'b');
};
const isFilled = (folder: string) => {
  expect(readdirSync(folder).sort()).toEqual(['b', 'deep']);
  expect(readFileSync(join(folder, 'deep', 'a'), 'utf8')).toBe('a');
};

it('fills a folder that is new, and an empty one, which stays the folder that it was', async () => {
  const at = temporaryFolder();
  await fillNewFolder(join(at, 'new', 'one'), fill);
  isFilled(join(at, 'new', 'one'));
  const empty = join(at, 'empty');
  mkdirSync(empty, { mode: 0o700 });
  const { ino, mode } = statSync(empty);
  symlinkSync('empty', join(at, 'link'));
  await fillNewFolder(join(at, 'link'), fill);
  isFilled(empty);
  expect(statSync(empty)).toMatchObject({ ino, mode });
  const before = process.cwd();
  mkdirSync(join(at, 'here'));
  process.chdir(join(at, 'here'));
  await fillNewFolder('.', fill).finally(() => process.chdir(before));
  isFilled(join(at, 'here'));
});

it('writes into nothing that holds something or is no folder, and leaves it as it was where filling fails', async () => {
  const at = temporaryFolder();
  const full = join(at, 'full');
  mkdirSync(full);
  writeFileSync(join(full, 'mine'), 'mine');
  await expect(fillNewFolder(full, fill)).rejects.toThrow(/full is not empty: name another folder/);
  expect(readdirSync(full)).toEqual(['mine']);
  await expect(fillNewFolder(join(full, 'mine'), fill)).rejects.toThrow(/a file stands where a folder/);
  const empty = join(at, 'empty');
  mkdirSync(empty);
  const fails = (folder: string) => {
    fill(folder);
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  };
  await expect(fillNewFolder(empty, fails)).rejects.toThrow(/cannot write .*empty: the disk is full/);
  expect(readdirSync(empty)).toEqual([]);
  await expect(fillNewFolder(join(at, 'new'), fails)).rejects.toThrow(/new: the disk is full/);
  expect(existsSync(join(at, 'new'))).toBe(false);
  // Somebody else fills it meanwhile.
  const late = (folder: string) => {
    fill(folder);
    writeFileSync(join(empty, 'theirs'), '');
  };
  await expect(fillNewFolder(empty, late)).rejects.toThrow(/is not empty/);
  expect(readdirSync(empty)).toEqual(['theirs']);
});

it.skipIf(!canMount)('fills a disk that is mounted there, as far as it goes', async () => {
  const at = join(temporaryFolder(), 'disk');
  mkdirSync(at);
  const unmount = smallDisk(at, 100_000);
  try {
    const large = (folder: string) => writeFileSync(join(folder, 'large'), Buffer.alloc(300_000));
    await expect(fillNewFolder(at, large)).rejects.toThrow(/disk: the disk is full/);
    expect(readdirSync(at)).toEqual([]);
    await fillNewFolder(at, fill);
    isFilled(at);
  } finally {
    unmount();
  }
});
