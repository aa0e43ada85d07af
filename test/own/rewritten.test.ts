import { join } from 'node:path';
import { parquetWriteFile } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { probe } from '../../src/index.js';
import { temporaryFolder } from '../video/makeVideo.js';

const PEOPLE = 8;
const CLIPS = 4;

/** A file of `extract` as pandas writes it again, with a column added: without what foreframe says of it. Nothing tells the class. */
function rewritten(path: string, first: string): void {
  const random = Random.for(5, 'people');
  const people = Array.from({ length: PEOPLE }, () => [random.normal(), random.normal(), random.normal()]);
  const rows = Array.from({ length: PEOPLE * CLIPS }, (_, clip) => Math.floor(clip / CLIPS));
  const texts = (name: string, of: (person: number, clip: number) => string) => ({
    ...{ name, type: 'STRING' as const, data: rows.map(of) },
  });
  const numbers = (name: string, of: (person: number, clip: number) => number) => ({
    ...{ name, type: 'DOUBLE' as const, data: rows.map(of) },
  });
  parquetWriteFile({
    filename: path,
    columnData: [
      texts(first, (_, clip) => `${clip}.mp4`),
      texts('split', (person) => (person < 6 ? 'train' : 'test')),
      { name: 'clip', type: 'INT32', data: rows.map((_, clip) => clip) },
      { name: 'step', type: 'INT32', data: rows.map(() => 6) },
      // Seconds, or to another program the number of a row.
      numbers('time', () => (first === 'source' ? 0.5 : 1)),
      texts('label', (person) => (person % 2 ? 'left' : 'right')),
      texts('group', (person) => `person ${person}`),
      // What pandas makes of NaN.
      {
        name: 'speed',
        type: 'DOUBLE',
        data: rows.map((person, clip) => (clip % 5 === 0 ? null : person % 3)),
      },
      ...[0, 1, 2].map((at) => numbers(`x_${at}`, (person) => people[person]![at]! + 0.01 * random.normal())),
    ],
  });
}

it('a file that went through pandas keeps people together, and its split', async () => {
  const path = join(temporaryFolder(), 'merged.parquet');
  rewritten(path, 'source');
  const asked = { target: 'label', method: 'knn' } as const;
  expect(await probe(path, asked)).toMatchObject({
    ...{ apart: 'split', byGroup: true },
    scores: [{ trainRows: 24, testRows: 8, testGroups: 2 }],
  });
  const folded = await probe(path, { ...asked, folds: 4 });
  expect(folded).toMatchObject({ apart: 'folds', byGroup: true, scores: [{ testGroups: PEOPLE }] });
  expect(await probe(path, { target: 'speed', method: 'ridge' })).toMatchObject({
    ...{ apart: 'split', without: 7 },
    scores: [{ trainRows: 19, testRows: 6 }],
  });
  // The clips of one person would give each other away.
  if (folded.kind === 'scores') expect(folded.scores[0]!.score.value).toBeLessThan(0.9);
});

it('what another program calls a group may be anything', async () => {
  const path = join(temporaryFolder(), 'other.parquet');
  rewritten(path, 'name');
  expect(await probe(path, { target: 'label', method: 'knn', folds: 4 })).toMatchObject({ byGroup: false });
});
