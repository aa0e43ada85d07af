import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, it } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { readCsv } from '../../src/data/own/readCsv.js';
import { tableRows } from '../../src/data/own/tableRows.js';
import { ownRows } from '../../src/library/sources/ownRows.js';
import { temporaryFolder } from '../video/makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

function written(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

beforeAll(() => {
  mkdirSync(at('clips'));
  for (const name of ['a', 'b', 'c', 'd']) writeFileSync(at(`clips/${name}.mp4`), 'not looked into here');
});

const rowsOf = async (content: string | Uint8Array, name = 'clips.csv') =>
  ownRows({ manifest: written(name, content) }, 'videos');

const refusal = async (content: string | Uint8Array, name?: string) => {
  const error = await rowsOf(content, name).then(
    () => expect.unreachable('it was read'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ForeframeError);
  const { message } = error as Error;
  expect(message).not.toContain('\n');
  return message.replaceAll(`${folder}/`, '');
};

describe('a table of clips', () => {
  it('has what each clip is known for: text and numbers as they are, paths from where the table lies', async () => {
    const { rows, grouped } = await rowsOf(
      'path,label,group,split,age,note,code\nclips/a.mp4,dog,anna,train,3,"a, b",007\nclips/b.mp4,,ben,test,,"say ""hi""",8\n',
    );
    expect(grouped).toBe(true);
    expect(rows.map(({ label, group, split }) => [label, group, split])).toEqual([
      ['dog', 'anna', 'train'],
      ['', 'ben', 'test'],
    ]);
    expect(rows[0]!.source).toMatchObject({ kind: 'file', path: at('clips/a.mp4') });
    expect(rows.map(({ columns }) => columns)).toEqual([
      { file: 'clips/a.mp4', label: 'dog', group: 'anna', age: 3, note: 'a, b', code: '007' },
      { file: 'clips/b.mp4', label: '', group: 'ben', age: Number.NaN, note: 'say "hi"', code: '8' },
    ]);
  });

  it('says the same in every spelling: BOM, CRLF, semicolons with decimal commas, tabs, UTF-16, quotes, capitals', async () => {
    const plain = 'path,label,speed\nclips/a.mp4,dog,1.5\nclips/b.mp4,cat,-2\n';
    const known = (await rowsOf(plain)).rows.map(({ columns }) => columns);
    expect(known).toMatchObject([{ speed: 1.5 }, { speed: -2 }]);
    const tabs = plain.replaceAll(',', '\t');
    const spellings: [string, string | Uint8Array][] = [
      ['bom.csv', `\ufeff${plain}`],
      ['crlf.csv', plain.replaceAll('\n', '\r\n')],
      ['cr.csv', plain.replaceAll('\n', '\r')],
      ['semicolons.csv', plain.replaceAll(',', ';').replace('1.5', '1,5')],
      ['tabs.csv', tabs],
      ['tabs.tsv', tabs],
      ['utf16.csv', Buffer.from(`\ufeff${plain}`, 'utf16le')],
      ['quotes.csv', plain.replaceAll(/[^,\n]+/g, '"$&"')],
      ['spaces.csv', plain.replaceAll(',', ' , ')],
      ['capitals.csv', plain.replace('path,label', 'Path,LABEL')],
      ['blank.csv', `${plain.replace('\nclips/b', '\n\n,,\nclips/b')}\n\n`],
      ['wide.csv', plain.replaceAll('\n', ',,\n')],
      ['open.csv', plain.trimEnd()],
    ];
    for (const [name, content] of spellings)
      expect({ name, columns: (await rowsOf(content, name)).rows.map(({ columns }) => columns) }).toEqual({
        name,
        columns: known,
      });
  });

  it('is read from Parquet as from CSV, with nulls for what is missing', async () => {
    const columnData = [
      { name: 'path', data: ['clips/a.mp4', 'clips/b.mp4', 'clips/c.mp4'], type: 'STRING' as const },
      { name: 'label', data: ['dog', null, 'cat'], type: 'STRING' as const },
      { name: 'end', data: [null, 2.5, null], type: 'DOUBLE' as const },
      { name: 'count', data: [1n, 2n, 3n], type: 'INT64' as const },
      { name: 'code', data: ['1', '2', '3'], type: 'STRING' as const },
    ];
    const { rows } = await rowsOf(new Uint8Array(parquetWriteBuffer({ columnData })), 'clips.parquet');
    expect(rows.map(({ label, end }) => [label, end])).toEqual([
      ['dog', undefined],
      ['', 2.5],
      ['cat', undefined],
    ]);
    expect(rows[1]!.columns).toMatchObject({ file: 'clips/b.mp4', end: 2.5, count: 2, code: '2' });
    expect(rows[1]!.source.name).toBe(`${at('clips/b.mp4')}#t=0,2.5`);
  });

  it('gives back whatever was written into it', async () => {
    const value = fc
      .string({ unit: 'grapheme', maxLength: 8 })
      .map((text) => text.replaceAll(/[\0\r]/g, '').trim());
    const style = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      end: fc.constantFrom('\n', '\r\n'),
      bom: fc.boolean(),
      last: fc.boolean(),
    });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) =>
        fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
      );
    await fc.assert(
      fc.asyncProperty(table, style, async (cells, { delimiter, end, bom, last }) => {
        const rows = cells.map((row, i) => [`n${i}`, ...row]);
        const names = rows[0]!.map((_, i) => `column ${i}`);
        const text = [names, ...rows].map((row) => row.map(quoted).join(delimiter)).join(end);
        const path = written('fuzzed.csv', `${bom ? '\ufeff' : ''}${text}${last ? end : ''}`);
        const read = await readCsv(path);
        expect(read.names).toEqual(names);
        expect(read.rows).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('answers any bytes with rows, or with one line', async () => {
    const pieces = fc.constantFrom(
      'path',
      'label',
      'start',
      'end',
      'split',
      'clips/a.mp4',
      'clips/b.mp4',
      ',',
      ';',
      '\n',
      '\r\n',
      '"',
      '""',
      ' ',
      '1',
      '-1',
      '2,5',
      'NaN',
      'train',
      'é',
      '\ufeff',
      '\0',
    );
    const content = fc.oneof(
      fc.array(pieces, { maxLength: 40 }).map((all) => Buffer.from(all.join(''))),
      fc.array(pieces, { maxLength: 30 }).map((all) => Buffer.from(`path,label,start\n${all.join('')}`)),
      fc.uint8Array({ maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        const path = written('fuzzed.csv', bytes);
        try {
          const { rows } = await tableRows(await readCsv(path));
          expect(rows.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ForeframeError);
          expect((error as Error).message).toMatch(/fuzzed\.csv/);
          expect((error as Error).message).not.toMatch(/[\r\n]/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a table that is wrong', () => {
  const head = 'path,label,age\nclips/a.mp4,dog,1\nclips/b.mp4,cat,2\n';
  it.each([
    ['an empty file', '', /^clips\.csv is empty: write the names of its columns/],
    ['names alone', 'path,label\n', /^clips\.csv holds no rows: write a line for each clip/],
    [
      'no path',
      'file,label\nclips/a.mp4,dog\n',
      /^clips\.csv has no column path, .* is it "file"\? Rename that; it has file, label$/,
    ],
    [
      'a name twice',
      'path,label,label\nclips/a.mp4,dog,cat\n',
      /^clips\.csv: column "label" is there twice: rename one/,
    ],
    [
      'a name twice but for capitals',
      'path,label,Label\nclips/a.mp4,dog,cat\n',
      /column "label" is there twice/,
    ],
    ['a column without a name', 'path,,label\nclips/a.mp4,x,dog\n', /^clips\.csv: column 2 has no name/],
    [
      'a name that is written anyway',
      'path,seconds\nclips/a.mp4,1\n',
      /column seconds is one that foreframe writes itself: rename it, for example to my_seconds/,
    ],
    [
      'a missing file',
      `${head}clips/x.mp4,cat,3\n`,
      /^clips\.csv: row 3 \(line 4\), column path: there is no file clips\/x\.mp4: check the name; paths are relative/,
    ],
    ['no file', `${head},cat,3\n`, /row 3 \(line 4\), column path: it is empty/],
    [
      'a folder of several',
      `${head}clips,cat,3\n`,
      /row 3 \(line 4\), column path: clips stands for 4 videos: write a row for each/,
    ],
    [
      'the same clip twice',
      `${head}clips/a.mp4,cat,3\n`,
      /row 3 \(line 4\), column path: "clips\/a\.mp4" stands in row 1 too, with the same times/,
    ],
    [
      'an end before the start',
      'path,start,end\nclips/a.mp4,0,5\nclips/b.mp4,4,3.5\n',
      /row 2 \(line 3\), column end: 3\.5 s is not after the start, 4 s/,
    ],
    [
      'a time before the beginning',
      'path,start\nclips/a.mp4,-1\n',
      /row 1 \(line 2\), column start: -1 s lies before the beginning/,
    ],
    [
      'a time that is none',
      'path,start\nclips/a.mp4,soon\n',
      /row 1 \(line 2\), column start: "soon" is not a time: write seconds/,
    ],
    [
      'an unknown split',
      'path,split\nclips/a.mp4,train\nclips/b.mp4,tset\n',
      /row 2 \(line 3\), column split: there is no split "tset": did you mean test\?/,
    ],
    [
      'a short name of a split',
      'path,split\nclips/a.mp4,val\n',
      /row 1 \(line 2\), column split: .*did you mean validation\?/,
    ],
    [
      'text among numbers',
      `${head}clips/c.mp4,cat,old\n`,
      /row 3 \(line 4\), column age: "old" is not a number, as 2 other rows have: correct it, or leave it empty/,
    ],
    [
      'a line that is too short',
      `${head}clips/c.mp4,cat\n`,
      /row 3 \(line 4\), column age: the line ends before it, after 2 of 3 values/,
    ],
    [
      'a line that is too long',
      `${head}clips/c.mp4,cat,3,4\n`,
      /row 3 \(line 4\) has 4 values for 3 columns \(after column age\): put values that hold "," into quotes/,
    ],
    [
      'an open quote',
      `${head}clips/c.mp4,"cat,3\n`,
      /a quoted value is not closed before the end of the file \(line \d\)/,
    ],
    [
      'a quote in the middle',
      `${head}clips/c.mp4,c"at,3\n`,
      /line 4: a quote stands in the middle of a value/,
    ],
  ])('%s is one line that names the place', async (_, content, words) => {
    expect(await refusal(content)).toMatch(words);
  });

  it('counts lines as an editor does, however rows are quoted or parted by empty lines', async () => {
    const content =
      'path,note,age\r\n\r\nclips/a.mp4,"two\r\nlines",1\r\nclips/b.mp4,x,2\r\nclips/c.mp4,y,old\r\n';
    expect(await refusal(content)).toMatch(/row 3 \(line 6\), column age/);
  });

  it('that is no text, no table, or not there says so', async () => {
    expect(await refusal(Uint8Array.of(0xff, 0x00, 0x80, 0x2c))).toMatch(
      /is no text in UTF-8: save it as "CSV UTF-8"/,
    );
    expect(await refusal('PAR', 'x.parquet')).toMatch(/x\.parquet is not a Parquet file/);
    await expect(ownRows({ manifest: at('no.csv') }, 'videos')).rejects.toThrow(
      /there is no table .*no\.csv/,
    );
    await expect(ownRows({ manifest: at('clips') }, 'videos')).rejects.toThrow(
      /is no table: name a \.csv, \.tsv or \.parquet file, or set data\.folder/,
    );
  });
});
