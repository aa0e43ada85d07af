import { type FileHandle, open } from 'node:fs/promises';
import {
  type AsyncBuffer,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
} from 'hyparquet';
import { ForeframeError, messageOf, UsageError } from '../common/errors.js';
import {
  decodeMetadata,
  type LatentColumn,
  type LatentMatrix,
  type LatentRows,
  type StoredMetadata,
} from './latentsFile.js';

export interface ReadLatentsOptions {
  /** Layers to read; all by default. */
  readonly layers?: readonly string[];
  /** Columns beside them to read; all by default. */
  readonly columns?: readonly string[];
}

/** A latents file in memory: `layers` as float32 matrices, whole numbers as Int32Array, other numbers as Float64Array. */
export interface Latents extends LatentRows {
  readonly metadata: StoredMetadata;
}

/** What a latents file says about itself, without its rows. */
export interface LatentsSummary {
  readonly rows: number;
  readonly metadata: StoredMetadata;
  /** Names of the columns beside the layers, in the order of the file. */
  readonly columns: readonly string[];
}

const MAGIC = 'PAR1';

/**
 * Read a file of `foreframe extract` (or `LatentsWriter`), row group by row group, into memory for the asked parts alone.
 * @throws ForeframeError in one line when the file is missing, cut short, damaged, or another program's
 * @throws UsageError when it lacks a layer or column, naming those it has
 */
export async function readLatents(path: string, options: ReadLatentsOptions = {}): Promise<Latents> {
  return withFile(path, async (file, footer) => {
    const { rows, metadata, columns: names } = summaryOf(path, footer);
    const layerNames = choose(path, 'layer', options.layers, Object.keys(metadata.layers));
    const columnNames = choose(path, 'column', options.columns, names);
    const columns = Object.fromEntries(columnNames.map((name) => [name, emptyColumn(footer, name, rows)]));
    const layers = Object.fromEntries(
      layerNames.map((name) => [name, emptyMatrix(rows, metadata.layers[name]!)] as const),
    );
    await readRows(path, file, footer, [...columnNames, ...layerNames], (name, values, row) => {
      const matrix = layers[name];
      if (matrix) fillMatrix(path, name, matrix, values, row);
      else fillColumn(columns[name]!, values, row);
    });
    return { rows, metadata, columns, layers };
  });
}

/** @throws ForeframeError as `readLatents` */
export function summariseLatents(path: string): Promise<LatentsSummary> {
  return withFile(path, async (_, footer) => summaryOf(path, footer));
}

async function withFile<T>(
  path: string,
  use: (file: AsyncBuffer, footer: FileMetaData) => Promise<T>,
): Promise<T> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new ForeframeError(
      error.code === 'ENOENT'
        ? `there is no file ${path}: write one with \`foreframe extract\``
        : `cannot read ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  });
  try {
    const file = await bufferOf(path, handle);
    const footer = await parquetMetadataAsync(file, { geoparquet: false }).catch((error) => {
      throw damaged(path, error);
    });
    return await use(file, footer);
  } finally {
    await handle.close();
  }
}

/** The file for hyparquet, once both its ends look like Parquet. */
async function bufferOf(path: string, handle: FileHandle): Promise<AsyncBuffer> {
  const found = await handle.stat();
  if (found.isDirectory())
    throw new ForeframeError(`${path} is a folder: name a file of \`foreframe extract\``);
  const slice = async (start: number, end = found.size) => {
    const bytes = new Uint8Array(Math.max(0, end - start));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.buffer.slice(0, bytesRead);
  };
  const text = async (start: number) =>
    Buffer.from(await slice(start, start + MAGIC.length)).toString('latin1');
  if ((await text(0)) !== MAGIC) throw new ForeframeError(`${path} is not a Parquet file`);
  if (found.size < 12 || (await text(found.size - MAGIC.length)) !== MAGIC)
    throw new ForeframeError(`${path} is cut short: extract it again`);
  return { byteLength: found.size, slice };
}

function summaryOf(path: string, footer: FileMetaData): LatentsSummary {
  const metadata = decodeMetadata(footer.key_value_metadata);
  if (!metadata) {
    const by = footer.created_by ? ` (by ${footer.created_by})` : '';
    throw new ForeframeError(
      `${path} is a Parquet file of another program${by}: give a file of \`foreframe extract\``,
    );
  }
  const columns = footer.schema
    .filter(({ type, name }) => type && name !== 'element')
    .map(({ name }) => name);
  return { rows: Number(footer.num_rows), metadata, columns };
}

function choose(
  path: string,
  what: string,
  asked: readonly string[] | undefined,
  there: readonly string[],
): readonly string[] {
  const missing = asked?.find((name) => !there.includes(name));
  if (missing === undefined) return asked ?? there;
  throw new UsageError(`${path} has no ${what} ${missing}; it has ${there.join(', ')}`);
}

function emptyColumn({ schema }: FileMetaData, column: string, rows: number): LatentColumn {
  const type = schema.find(({ name }) => name === column)!.type;
  if (type === 'INT32') return new Int32Array(rows);
  return type === 'DOUBLE' ? new Float64Array(rows) : new Array<string>(rows).fill('');
}

function emptyMatrix(rows: number, shape: readonly number[]): LatentMatrix {
  const columns = shape.reduce((product, size) => product * size, 1);
  return { rows, columns, data: new Float32Array(rows * columns) };
}

/** One row group after the other: more of the decoded lists would not fit in memory. */
async function readRows(
  path: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  onValues: (name: string, values: DecodedArray, firstRow: number) => void,
): Promise<void> {
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    for (const name of columns) {
      let read = 0;
      let failure: unknown;
      await parquetRead({
        file,
        metadata,
        columns: [name],
        rowStart,
        rowEnd,
        onChunk: ({ columnData, rowStart: firstRow }) => {
          try {
            onValues(name, columnData, firstRow);
            read += columnData.length;
          } catch (error) {
            failure ??= error;
          }
        },
      }).catch((error) => {
        throw damaged(path, error);
      });
      if (failure) throw failure;
      if (read !== rowEnd - rowStart)
        throw damaged(path, new Error(`${name} has ${read} of ${rowEnd - rowStart} rows`));
    }
    rowStart = rowEnd;
  }
}

function fillColumn(column: LatentColumn, values: DecodedArray, row: number): void {
  const into = column as string[] | Int32Array | Float64Array;
  for (let i = 0; i < values.length; i++) into[row + i] = values[i];
}

function fillMatrix(
  path: string,
  name: string,
  { columns, data }: LatentMatrix,
  values: DecodedArray,
  row: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const list: ArrayLike<number> = values[i];
    if (list.length !== columns) {
      throw damaged(
        path,
        new Error(`${name} has ${list.length} activations in row ${row + i}, not ${columns}`),
      );
    }
    data.set(list, (row + i) * columns);
  }
}

function damaged(path: string, error: unknown): ForeframeError {
  return new ForeframeError(`${path} is damaged (${messageOf(error)}): extract it again`, { cause: error });
}
