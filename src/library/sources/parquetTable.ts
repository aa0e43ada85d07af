import { ParquetFile } from '../../analysis/latents/parquet/parquetFile.js';
import { readTexts } from '../../analysis/latents/parquet/readTexts.js';
import { ForeframeError } from '../../common/errors.js';
import type { TextTable } from '../../data/own/textTable.js';

/** Bytes of a value as text, about, for a look at whether a file of such a size can hold so many. */
const VALUE_BYTES = 16;

/**
 * The plain columns of a Parquet file as a table of text; lists and structures are left out.
 * @throws ForeframeError in one line when it is missing, damaged or holds no rows
 */
export function readParquetTable(path: string): Promise<TextTable> {
  return ParquetFile.use(path, async (file) => {
    // pandas keeps the numbers of its rows as a column.
    const columns = file.columns.filter(
      ({ kind, name }) => kind === 'flat' && !/^__index_level_\d+__$/.test(name),
    );
    if (file.rows === 0 || columns.length === 0)
      throw new ForeframeError(`${path} holds no rows: write one for each clip or image`);
    file.checkRoom(VALUE_BYTES * file.rows * columns.length);
    const values: string[][] = [];
    for (const column of columns) values.push(await readTexts(file, column));
    const text = columns.filter(({ leaf }) => leaf.type === 'BYTE_ARRAY').map(({ name }) => name);
    return {
      path,
      names: columns.map(({ name }) => name),
      rows: Array.from({ length: file.rows }, (_, row) => values.map((column) => column[row]!)),
      text: new Set(text),
      place: (row: number) => `row ${row + 1}`,
    };
  });
}
