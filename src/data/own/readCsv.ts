import { readFile, stat } from 'node:fs/promises';
import { CsvError, type InfoRecord, parse } from 'csv-parse/sync';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { shown, type TextTable } from './textTable.js';

/** A list of a million clips takes a tenth of that. */
const MOST_BYTES = 512 * 2 ** 20;
const DELIMITERS = [',', ';', '\t', '|'];

interface Record {
  readonly values: readonly string[];
  /** In the file, from 1. */
  readonly line: number;
}

/**
 * A table of comma-separated values whose first line has the names of the columns. Semicolons, tabs and bars may stand in place of
 * commas, lines may end in any way, values may be quoted; UTF-8 or UTF-16, with or without a byte-order mark. Empty lines are left out.
 * @throws ForeframeError in one line, with the row, when it cannot be read as such or holds no rows
 */
export async function readCsv(path: string): Promise<TextTable> {
  const text = textOf(path, await bytesOf(path));
  const delimiter = delimiterOf(path, text);
  const [header, ...rows] = recordsOf(path, text, delimiter);
  if (!header)
    throw new ForeframeError(
      `${path} is empty: write the names of its columns (path, label, …) into its first line`,
    );
  // Spreadsheets write empty columns at the end.
  const width = 1 + header.values.findLastIndex((name) => name !== '');
  const names = header.values.slice(0, width);
  const table = {
    path,
    names,
    rows: rows.map(({ values }) => names.map((_, i) => values[i] ?? '')),
    decimalComma: delimiter === ';',
    place: (row: number) => `row ${row + 1} (line ${rows[row]!.line})`,
  };
  checkNames(path, names);
  for (const [row, { values }] of rows.entries()) checkWidth(table, row, values, delimiter);
  if (rows.length === 0)
    throw new ForeframeError(`${path} holds no rows: write a line for each clip or image below the names`);
  return table;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new ForeframeError(`${path} is no file: name a table such as clips.csv`);
    if (found.size > MOST_BYTES)
      throw new ForeframeError(
        `${path} is larger than ${MOST_BYTES / 2 ** 20} MB: split it, or write it as Parquet`,
      );
    return await readFile(path);
  } catch (error) {
    if (error instanceof ForeframeError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ForeframeError(
      missing ? `there is no file ${path}: check the name` : `cannot read ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** What Excel calls Unicode text is UTF-16, with a mark at its beginning. */
function textOf(path: string, bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // One kind of line end: csv-parse counts lines inside of quotes twice that end in two characters.
    if (!text.includes('\0')) return text.replaceAll(/\r\n?/g, '\n');
  } catch {
    // Named below.
  }
  throw new ForeframeError(`${path} is no text in UTF-8: save it as "CSV UTF-8", or write it as Parquet`);
}

/** Whichever stands most often in the first line, quoted values left out. */
function delimiterOf(path: string, text: string): string {
  if (/\.tsv$/i.test(path)) return '\t';
  const [line = ''] = text.trimStart().split(/[\r\n]/, 1);
  const bare = line.replaceAll(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((each) => bare.split(each).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

function recordsOf(path: string, text: string, delimiter: string): Record[] {
  try {
    const found = parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as object as { record: string[]; info: InfoRecord }[];
    return found.map(({ record, info }) => ({ values: record, line: info.lines }));
  } catch (error) {
    if (error instanceof CsvError) throw new ForeframeError(`${path}: ${explained(error)}`, { cause: error });
    throw error;
  }
}

function explained(error: CsvError): string {
  const { code } = error;
  const line = `line ${String((error as object as { lines?: number }).lines ?? '?')}`;
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return `a quoted value is not closed before the end of the file (${line}): write "" for a quote inside of quotes`;
  if (code === 'INVALID_OPENING_QUOTE' || code === 'CSV_INVALID_CLOSING_QUOTE')
    return `${line}: a quote stands in the middle of a value: put the whole value into quotes, and write "" for a quote inside`;
  return `${line}: ${error.message.split('\n')[0]}`;
}

/** @throws ForeframeError for a name that is missing, or there twice */
function checkNames(path: string, names: readonly string[]): void {
  const blank = names.indexOf('');
  if (blank >= 0)
    throw new ForeframeError(`${path}: column ${blank + 1} has no name: write one into the first line`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new ForeframeError(`${path}: column ${shown(twice)} is there twice: rename one, or leave it out`);
}

function checkWidth(table: TextTable, row: number, values: readonly string[], delimiter: string): void {
  const extra = values.slice(table.names.length);
  if (values.length < table.names.length) {
    const missing = table.names[values.length]!;
    throw new ForeframeError(
      `${table.path}: ${table.place(row)}, column ${missing}: the line ends before it, ` +
        `after ${values.length} of ${table.names.length} values: write ${named(delimiter)} for a value that is empty`,
    );
  }
  if (extra.some((value) => value !== ''))
    throw new ForeframeError(
      `${table.path}: ${table.place(row)} has ${values.length} values for ${table.names.length} columns ` +
        `(after column ${table.names.at(-1)}): put values that hold ${named(delimiter)} into quotes`,
    );
}

function named(delimiter: string): string {
  return delimiter === '\t' ? 'a tab' : shown(delimiter);
}
