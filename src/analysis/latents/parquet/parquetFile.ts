import { type FileHandle, open, stat } from 'node:fs/promises';
import { type ColumnMetaData, type FileMetaData, parquetMetadata } from 'hyparquet';
import { ForeframeError, messageOf } from '../../../common/errors.js';
import { required } from '../../../common/required.js';
import { checkFooter, chunkRange } from './checkFooter.js';
import { checkChunk, checkFooterSum, WRITER } from './checksums.js';
import { checkOnce, columnsOf, type ParquetColumn } from './columns.js';
import { faultText, ParquetFault } from './fault.js';
import type { Room } from './pages.js';
import { checkStruct } from './thrift.js';

const MAGIC = 'PAR1';
/** Length of the footer and the last four letters. */
const END = 8;
/** A file may take this many times its size in memory, as repeated values take almost no space in it. */
const LARGEST_GROWTH = 200;
/** Or, where that is more, so many bytes. */
const ALWAYS_READ = 64 * 2 ** 20;

/** A Parquet file whose footer was read and does not contradict itself. */
export class ParquetFile {
  readonly #limit: number;
  /** For what is read of it. */
  readonly room: Room;

  private constructor(
    readonly path: string,
    readonly size: number,
    readonly metadata: FileMetaData,
    readonly columns: readonly ParquetColumn[],
    readonly rows: number,
    readonly handle: FileHandle,
  ) {
    this.#limit = Math.max(ALWAYS_READ, LARGEST_GROWTH * size);
    this.room = { left: this.#limit };
  }

  /** @throws ForeframeError in one line when the file is missing, cut short, damaged or no Parquet file */
  static async use<T>(path: string, use: (file: ParquetFile) => Promise<T>): Promise<T> {
    const { handle, size } = await openFile(path);
    let own = true;
    try {
      const footer = await footerOf(path, handle, size);
      own = Buffer.from(footer).includes(WRITER);
      checkFooterSum(footer);
      checkStruct(footer, 0);
      const metadata = parquetMetadata(withEnd(footer), { geoparquet: false });
      const columns = columnsOf(metadata);
      const range = { from: MAGIC.length, to: size - END - footer.length };
      const rows = checkFooter(metadata, columns, range);
      return await use(new ParquetFile(path, size, metadata, columns, rows, handle));
    } catch (error) {
      if (error instanceof ForeframeError) throw error;
      if ((error as NodeJS.ErrnoException).syscall === 'read')
        throw new ForeframeError(`cannot read ${path}: ${messageOf(error)}`, { cause: error });
      const remedy = own ? 'extract it again' : 'write it again';
      throw new ForeframeError(`${path} is damaged (${faultText(error)}): ${remedy}`, {
        cause: error,
      });
    } finally {
      await handle.close();
    }
  }

  /** The bytes of every chunk of a column with its metadata, one row group after the other. @throws ParquetFault for another checksum */
  async *chunks(
    column: ParquetColumn,
  ): AsyncGenerator<{ bytes: Uint8Array; data: ColumnMetaData; rows: number }> {
    for (const { columns, num_rows: rows } of this.metadata.row_groups) {
      const chunk = columns[column.chunk]!;
      const { from, to } = chunkRange(chunk);
      const bytes = await readBytes(this.handle, from, to);
      const data = required(chunk, 'meta_data');
      checkChunk(bytes, data.key_value_metadata, column.name);
      yield { bytes, data, rows: Number(rows) };
    }
  }

  /** The same file, whose columns have other names. @throws ParquetFault when two have one */
  renamed(names: Readonly<Record<string, string>>): ParquetFile {
    const { path, size, metadata, rows, handle } = this;
    const named = this.columns.map((column) => ({
      ...column,
      name: Object.hasOwn(names, column.name) ? required(names, column.name) : column.name,
    }));
    checkOnce(named);
    return new ParquetFile(path, size, metadata, named, rows, handle);
  }

  /** Values of a column, nulls included. */
  valuesOf(column: ParquetColumn): number {
    return this.metadata.row_groups.reduce(
      (sum, { columns }) => sum + Number(required(columns[column.chunk]!, 'meta_data').num_values),
      0,
    );
  }

  /** @throws ForeframeError with the estimate when reading takes far more memory than a file of its size can mean */
  checkRoom(bytes: number): void {
    if (bytes <= this.#limit) return;
    throw new ForeframeError(
      `${this.path} says that it holds ${this.rows} rows, some ${Math.ceil(bytes / 2 ** 20)} MB, in ${this.size} bytes: ` +
        'which is too large to read: write it again with fewer rows',
    );
  }
}

async function openFile(path: string): Promise<{ handle: FileHandle; size: number }> {
  try {
    const found = await stat(path);
    if (found.isDirectory())
      throw new ForeframeError(`${path} is a folder: name a file of \`foreframe extract\``);
    // Opening a pipe would wait for its other end.
    if (!found.isFile()) throw new ForeframeError(`${path} is not a Parquet file: it is no file at all`);
    const handle = await open(path);
    return { handle, size: (await handle.stat()).size };
  } catch (error) {
    if (error instanceof ForeframeError) throw error;
    throw new ForeframeError(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? `there is no file ${path}: write one with \`foreframe extract\``
        : `cannot read ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function footerOf(path: string, handle: FileHandle, size: number): Promise<Uint8Array> {
  const letters = async (from: number) =>
    Buffer.from(await readBytes(handle, from, from + MAGIC.length)).toString('latin1');
  if (size < MAGIC.length || (await letters(0)) !== MAGIC)
    throw new ForeframeError(`${path} is not a Parquet file`);
  if (size < MAGIC.length + END || (await letters(size - MAGIC.length)) !== MAGIC)
    throw new ForeframeError(`${path} is cut short: extract it again`);
  const length = new DataView((await readBytes(handle, size - END, size)).buffer).getUint32(0, true);
  if (length > size - END - MAGIC.length) throw new ParquetFault('its footer is longer than the file');
  return readBytes(handle, size - END - length, size - END);
}

/** The footer with what follows it, as hyparquet wants it. */
function withEnd(footer: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(footer.length + END);
  bytes.set(footer);
  new DataView(bytes.buffer).setUint32(footer.length, footer.length, true);
  bytes.set(Buffer.from(MAGIC), footer.length + 4);
  return bytes;
}

async function readBytes(handle: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(to - from);
  for (let at = 0; at < bytes.length; ) {
    // Node reads no more than that at once.
    const part = Math.min(bytes.length - at, 2 ** 30);
    const { bytesRead } = await handle.read(bytes, at, part, from + at);
    if (bytesRead === 0) throw new ParquetFault('it became shorter while it was read');
    at += bytesRead;
  }
  return bytes;
}
