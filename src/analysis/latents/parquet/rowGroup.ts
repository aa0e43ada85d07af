import type { DecodedArray, RowGroup, SchemaElement } from 'hyparquet';
import type { ParquetWriter } from 'hyparquet-writer';
import { writeColumn } from 'hyparquet-writer/src/column.js';
import { required } from '../../../common/required.js';

/** A column of some rows, in arrays that Parquet's pages are made of. */
export interface ColumnValues {
  /** From the column down to its values: one element, or those of a list. */
  readonly elements: readonly SchemaElement[];
  /** Of all rows, one after the other; null where there is none. */
  readonly values: DecodedArray;
  /** For each value how much of its list and of itself is there; none where each row has one. */
  readonly levels?: Levels;
  /** Write the values as they are: neither look for a dictionary nor compress. */
  readonly plain?: boolean;
}

export interface Levels {
  readonly definition: Uint8Array;
  /** 0 where a row begins; none for columns that are no lists. */
  readonly repetition: Uint8Array;
}

/** Bytes of a page: what is encoded at once. */
const PAGE_BYTES = 2 ** 20;
const NONE = new Uint8Array(0);

/**
 * Append a row group to what `parquet` writes. Its own `write` makes a list of numbers of every row, and of the levels of every value:
 * ten times their size, which wait as garbage in a process that allocates little else. The arrays of `columns` are taken as they are.
 */
export function writeRowGroup(parquet: ParquetWriter, rows: number, columns: readonly ColumnValues[]): void {
  const { writer } = parquet;
  const start = writer.offset;
  const chunks = columns.map((column) => writeChunk(parquet, column));
  const group: RowGroup = {
    columns: chunks,
    total_byte_size: chunks.reduce(
      (sum, chunk) => sum + required(chunk, 'meta_data').total_uncompressed_size,
      0n,
    ),
    num_rows: BigInt(rows),
    total_compressed_size: BigInt(writer.offset - start),
  };
  parquet.row_groups.push(group);
  parquet.num_rows += group.num_rows;
}

function writeChunk(
  { writer, schema, compressors }: ParquetWriter,
  { elements, values, levels, plain = false }: ColumnValues,
): RowGroup['columns'][number] {
  const { chunk } = writeColumn({
    writer,
    column: {
      columnName: elements.map(({ name }) => name).join('.'),
      element: elements.at(-1)!,
      schemaPath: [schema[0]!, ...elements],
      codec: plain ? 'UNCOMPRESSED' : 'SNAPPY',
      encoding: plain ? 'PLAIN' : undefined,
      compressors,
      stats: false,
      pageSize: PAGE_BYTES,
      // Indexes of pages are for readers that skip some: these groups are small.
      columnIndex: false,
      offsetIndex: false,
    },
    pageData: {
      values,
      definitionLevels: numbers(levels?.definition),
      repetitionLevels: numbers(levels?.repetition),
      maxDefinitionLevel: levels ? 1 : 0,
    },
  });
  return chunk;
}

/** The encoder reads and slices them, which arrays of bytes do as well. */
function numbers(levels: Uint8Array = NONE): number[] {
  return levels as unknown as number[];
}
