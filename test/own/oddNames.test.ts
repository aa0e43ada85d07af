import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { ownSummary } from '../../src/library/sources/ownSummary.js';
import { temporaryFolder } from '../video/makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const grey = (path: string) =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } }).toFile(path);

beforeAll(async () => {
  for (let i = 0; i < 8; i++) await grey(at(`${i}.png`));
});

async function summaryOf(name: string, header: string, line: (i: number) => string) {
  const lines = Array.from({ length: 8 }, (_, i) => `${i}.png,${line(i)}`);
  writeFileSync(at(name), `path,${header}\n${lines.join('\n')}\n`);
  return (await ownSummary('manifest', at(name))).summary;
}

it('a class that looks the same is one, however its letters are written', async () => {
  const composed = 'été';
  const summary = await summaryOf('same.csv', 'label', (i) =>
    i < 4 ? 'hiver' : i % 2 ? composed : composed.normalize('NFD'),
  );
  expect(summary.classes.map(({ name, rows }) => [name, rows])).toEqual([
    ['hiver', 4],
    [composed, 4],
  ]);
  expect(summary.notes).toEqual([]);
  for (const name of [composed.normalize('NFD'), 'hiver']) {
    mkdirSync(at(`classes/${name}`), { recursive: true });
    for (const i of [0, 1, 2]) await grey(at(`classes/${name}/${i}.png`));
  }
  const { classes } = (await ownSummary('folder', at('classes'))).summary;
  expect(classes.map(({ name }) => name)).toEqual(['hiver', composed]);
});

it('names that may not be meant are named: NA, and one name in two spellings', async () => {
  const { notes } = await summaryOf('odd.csv', 'label,group', (i) =>
    [i % 4 === 0 ? 'NA' : i % 2 ? 'dog' : 'Dog', i < 3 ? 'nan' : `p${i}`].join(','),
  );
  expect(notes.filter((note) => note.startsWith('warning'))).toEqual([
    `warning: ${at('odd.csv')}, column label: NA stands in 2 rows and is taken for a class: leave it empty where none is known`,
    `warning: ${at('odd.csv')}: dog and Dog are two classes: write both alike, if one is meant`,
    `warning: ${at('odd.csv')}, column group: nan stands in 3 rows and is taken for a group: leave it empty where none is known`,
  ]);
});

it('a number with more digits than numbers keep stays as it stands', async () => {
  const { columns } = await summaryOf(
    'ids.csv',
    'id,count',
    (i) => `1234567890123456${i}89,900719925474099${i % 2}`,
  );
  expect(columns).toEqual([
    {
      name: 'id',
      missing: 0,
      kind: 'text',
      values: 8,
      examples: [0, 1, 2].map((i) => `1234567890123456${i}89`),
    },
    { name: 'count', missing: 0, kind: 'numbers', from: 9007199254740990, to: 9007199254740991 },
  ]);
});
