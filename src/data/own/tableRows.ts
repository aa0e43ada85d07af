import { dirname, isAbsolute, join } from 'node:path';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { isRowColumn } from '../../common/files/rowColumns.js';
import { FILES_AT_ONCE, mapAtMost } from '../../common/mapAtMost.js';
import { nearest } from '../../common/text/nearest.js';
import type { Split } from '../../stream/frameSource.js';
import { findSources, type VideoSource } from '../../video/index.js';
import { SPLITS } from '../timeSplit.js';
import { isMissing, numberIn, valuesOf } from './columnValues.js';
import { sameText } from './oddNames.js';
import type { OwnRow, OwnRows } from './ownRow.js';
import { realFile } from './sharedFrames.js';
import { columnIn, faultIn, shown, type TextTable } from './textTable.js';

/** Columns that foreframe itself gives a meaning; upper and lower case are one. */
const KNOWN = ['path', 'start', 'end', 'label', 'group', 'split'] as const;
type Known = (typeof KNOWN)[number];

/** Where the file of a path lies, if not at that path. @returns the same path by default */
export type FindFile = (path: string) => Promise<string>;

/**
 * The clips or images of a table: column `path`, relative to the table, and as one likes `start` and `end` in seconds, `label`, `group`,
 * `split`, and others, which are kept: numbers where all their values are, else text.
 * @throws ForeframeError in one line that names row and column of the first value that is wrong
 */
export async function tableRows(given: TextTable, find: FindFile = async (path) => path): Promise<OwnRows> {
  const names = given.names.map(knownName);
  const table = { ...given, names };
  checkNames(table);
  const paths = columnIn(table, 'path')!;
  const times = timesIn(table);
  const labels = columnIn(table, 'label')?.map(sameText);
  const groups = columnIn(table, 'group')?.map(sameText);
  const splits = columnIn(table, 'split')?.map((text, row) => splitIn(table, row, text));
  const others = table.names
    .filter((name) => !KNOWN.some((known) => known === name))
    .map((name) => [name, valuesOf(table, name)] as const);
  const rows = await mapAtMost([...paths.keys()], FILES_AT_ONCE, async (row): Promise<OwnRow> => {
    const path = paths[row]!;
    const { start, end } = times[row]!;
    const fault = (column: string, what: string) => faultIn(table, row, column, what);
    const source = await sourceAt(path, table, find, fault);
    const [label = '', group = ''] = [labels?.[row], groups?.[row]];
    const columns = {
      file: path,
      ...(names.includes('start') && { start: start ?? 0 }),
      ...(names.includes('end') && { end: end ?? Number.NaN }),
      ...(labels && { label }),
      group: group || path,
      ...Object.fromEntries(others.map(([name, values]) => [name, values[row]!])),
    };
    return {
      file: await realFile(source),
      source: { ...source, name: `${source.name}${fragment(start, end)}` },
      start,
      end,
      label,
      group: group || path,
      split: splits?.[row],
      columns,
      fault,
    };
  });
  checkNoneTwice(rows);
  return { origin: table.path, rows, grouped: groups !== undefined };
}

function knownName(name: string): string {
  const lower = name.toLowerCase();
  return KNOWN.some((known) => known === lower) ? lower : name;
}

/** @throws ForeframeError where a column is missing, there twice, or called as one that is written beside it */
function checkNames({ path, names }: TextTable): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new ForeframeError(`${path}: column ${shown(twice)} is there twice: rename one, or leave it out`);
  if (!names.includes('path')) {
    const meant =
      names.find((name) => /^(file|file_?name|video|image|clip)$/i.test(name)) ?? nearest('path', names);
    throw new ForeframeError(
      `${path} has no column path, which names the files${meant === undefined ? '' : `: is it ${shown(meant)}? Rename that`}; ` +
        `it has ${names.slice(0, 20).join(', ')}`,
    );
  }
  const written = names.find(isRowColumn);
  if (written !== undefined)
    throw new ForeframeError(
      `${path}: column ${written} is one that foreframe writes itself: rename it, for example to my_${written}`,
    );
}

function timesIn(table: TextTable): { start?: number; end?: number }[] {
  const [starts, ends] = [columnIn(table, 'start'), columnIn(table, 'end')];
  return table.rows.map((_, row) => {
    const seconds = (column: Known, text: string | undefined) => {
      if (text === undefined || isMissing(text)) return undefined;
      const value = numberIn(text, table);
      if (value === undefined)
        throw faultIn(table, row, column, `${shown(text)} is not a time: write seconds, such as 12.5`);
      if (value < 0)
        throw faultIn(table, row, column, `${value} s lies before the beginning: write 0 or more`);
      return value;
    };
    const [start, end] = [seconds('start', starts?.[row]), seconds('end', ends?.[row])];
    if (end !== undefined && end <= (start ?? 0))
      throw faultIn(
        table,
        row,
        'end',
        `${end} s is not after the start, ${start ?? 0} s: write a later time`,
      );
    return { start, end };
  });
}

function splitIn(table: TextTable, row: number, text: string): Split {
  const split = SPLITS.find((each) => each === text.toLowerCase());
  if (split) return split;
  const guess = /^(val|valid|dev)$/i.test(text) ? 'validation' : nearest(text, SPLITS);
  const advice = guess ? `did you mean ${guess}?` : `write ${SPLITS.join(', ')}`;
  throw faultIn(table, row, 'split', `there is no split ${shown(text)}: ${advice}`);
}

async function sourceAt(
  path: string,
  table: TextTable,
  find: FindFile,
  fault: (column: string, what: string) => Error,
): Promise<VideoSource> {
  if (path === '') throw fault('path', 'it is empty: name a file, or leave the row out');
  const found = await find(path);
  const place = isAbsolute(found) ? found : join(dirname(table.path), found);
  let sources: VideoSource[];
  try {
    sources = await findSources([place]);
  } catch (error) {
    if (!(error instanceof ForeframeError)) throw error;
    const missing = error.message.startsWith(`there is no file or folder ${place}`);
    throw fault(
      'path',
      missing
        ? `there is no file ${place}: check the name; paths are relative to the table`
        : messageOf(error),
    );
  }
  const [source, ...more] = sources;
  if (source && more.length === 0) return source;
  throw fault('path', `${place} stands for ${sources.length} videos: write a row for each of them`);
}

/** The stretch of a file, as addresses of the web name it (W3C media fragments). */
function fragment(start: number | undefined, end: number | undefined): string {
  if (start === undefined && end === undefined) return '';
  return `#t=${start ?? 0}${end === undefined ? '' : `,${end}`}`;
}

/** @throws ForeframeError for a row that says what another one said */
function checkNoneTwice(rows: readonly OwnRow[]): void {
  const seen = new Map<string, number>();
  for (const [at, row] of rows.entries()) {
    const { name } = row.source;
    const first = seen.get(name);
    if (first !== undefined)
      throw row.fault(
        'path',
        `${shown(String(row.columns.file))} stands in row ${first + 1} too, with the same times: leave one of them out`,
      );
    seen.set(name, at);
  }
}
