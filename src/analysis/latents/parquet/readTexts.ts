import { ForeframeError } from '../../../common/errors.js';
import type { ParquetColumn } from './columns.js';
import { conversionOf } from './convert.js';
import { pagesOf } from './pages.js';
import type { ParquetFile } from './parquetFile.js';

/** A column of plain values as text, empty where there is none: numbers as JavaScript writes them, so that they can be read back. */
export async function readTexts(file: ParquetFile, column: ParquetColumn): Promise<string[]> {
  if (!conversionOf(column.leaf))
    throw new ForeframeError(
      `${file.path}: column ${column.name} holds values of a kind that is not read: leave it out, or write it as text`,
    );
  const texts: string[] = [];
  for await (const { bytes, data } of file.chunks(column)) {
    for (const { count, definition, values } of pagesOf(bytes, data, column, file.room)) {
      let next = 0;
      for (let at = 0; at < count; at++) {
        const there = !definition || definition[at] === column.levels.definition;
        texts.push(there ? String(values[next++]) : '');
      }
    }
  }
  return texts;
}
