import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/loadConfig.js';
import { isOfThese, ownData } from '../../src/library/analysing/ownData.js';
import { pipelinePath } from '../../src/library/sources/pipelinePath.js';
import { temporaryFolder } from '../video/makeVideo.js';

it('an analysis of own data is made anew where anything that is known of them has changed', async () => {
  const folder = temporaryFolder();
  const table = join(folder, 'clips.csv');
  for (const name of ['a', 'b'])
    await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } }).toFile(
      join(folder, `${name}.png`),
    );
  const write = (speed: number, person: string) =>
    writeFileSync(table, `path,label,group,speed\na.png,left,ann,1\nb.png,right,${person},${speed}\n`);
  write(2, 'ben');
  const config = await loadConfig(pipelinePath('video'), [`data.manifest=${table}`]);
  const kept = await ownData(table, config);
  expect(kept).toMatch(/^[0-9a-f]{16}$/);
  const notes: string[] = [];
  const same = () => isOfThese(kept, table, config, { onNote: (note) => notes.push(note) });
  expect(await same()).toBe(true);
  write(3, 'ben');
  expect(await same()).toBe(false);
  write(2, 'ann');
  expect(await same()).toBe(false);
  write(2, 'ben');
  expect(await same()).toBe(true);
  expect(notes).toEqual([]);
  writeFileSync(table, 'path\nmissing.png\n');
  expect(await same()).toBe(true);
  expect(notes.join()).toContain('the analysis that was kept is taken, its data cannot be read: ');
  // A dataset is what its name says.
  expect(await ownData('bouncing-balls', config)).toBeUndefined();
});
