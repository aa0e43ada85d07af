import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wholeFolder } from '../../src/common/locks/wholeFolder.js';

it('a folder that another process fills meanwhile stays as that made it, and whoever comes second says so', async () => {
  const place = mkdtempSync(join(tmpdir(), 'foreframe-whole-'));
  const folder = join(place, 'out');
  const second = wholeFolder(folder, (unfinished) => {
    writeFileSync(join(unfinished, 'second'), '');
    mkdirSync(folder);
    writeFileSync(join(folder, 'first'), '');
  });
  await expect(second).rejects.toThrow(`cannot write ${folder}: another process wrote there meanwhile`);
  expect(readdirSync(place)).toEqual(['out']);
  expect(readdirSync(folder)).toEqual(['first']);
});
