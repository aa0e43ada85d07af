import type { ColumnChunk, FileMetaData } from 'hyparquet';
import type { ParquetColumn } from './columns.js';
import { ParquetFault } from './fault.js';

/** Of a file's first four letters to its footer. */
export interface DataRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Every number of rows, values and bytes that a footer states is compared with the others and with the file, before anything is
 * made of that size.
 * @returns rows of the file
 * @throws ParquetFault for the first contradiction
 */
export function checkFooter(
  metadata: FileMetaData,
  columns: readonly ParquetColumn[],
  range: DataRange,
): number {
  const { num_rows: stated, row_groups: groups, schema } = metadata;
  const leaves = schema.filter(({ num_children: children }, i) => i > 0 && !children);
  let rows = 0;
  let bytes = 0;
  groups.forEach((group, g) => {
    const there = whole(group.num_rows, `rows of row group ${g}`);
    if (group.columns.length !== leaves.length)
      throw new ParquetFault(`row group ${g} of it has ${group.columns.length} of ${leaves.length} columns`);
    group.columns.forEach((chunk, c) => {
      const { type, num_children: _ } = leaves[c]!;
      if (chunk.meta_data?.type !== type) throw new ParquetFault(`column ${c} of it has two types`);
      const { from, to } = chunkRange(chunk);
      bytes += to - from;
      if (from < range.from || to > range.to || bytes > range.to - range.from)
        throw new ParquetFault(`row group ${g} of it says that it is longer than the file`);
    });
    for (const column of columns) checkColumn(column, group.columns[column.chunk]!, there, g);
    rows += there;
  });
  if (whole(stated, 'rows') !== rows)
    throw new ParquetFault(`it says that it holds ${stated} rows, and its row groups hold ${rows}`);
  return rows;
}

/** Where in the file a column chunk stands. @throws ParquetFault when it is in another file, or encrypted */
export function chunkRange({
  meta_data: data,
  file_path: path,
  crypto_metadata: secret,
}: ColumnChunk): DataRange {
  if (path) throw new ParquetFault(`its values are in another file (${path})`);
  if (!data || secret) throw new ParquetFault('a column of it is encrypted, or has no metadata');
  const from = whole(data.dictionary_page_offset || data.data_page_offset, 'bytes');
  return { from, to: from + whole(data.total_compressed_size, 'bytes') };
}

function checkColumn(
  column: ParquetColumn,
  { meta_data: data }: ColumnChunk,
  rows: number,
  group: number,
): void {
  if (column.kind === 'other') return;
  const { name, path, kind } = column;
  if (data!.path_in_schema.join('\n') !== path.join('\n'))
    throw new ParquetFault(`row group ${group} of it has another column in the place of ${name}`);
  const values = whole(data!.num_values, `values of ${name}`);
  if (kind === 'flat' ? values === rows : values >= rows && (rows > 0 || values === 0)) return;
  throw new ParquetFault(`row group ${group} of it has ${rows} rows but ${values} values of ${name}`);
}

function whole(value: bigint | number | undefined, what: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new ParquetFault(`it does not say how many ${what} it has, or no number that can be`);
}
