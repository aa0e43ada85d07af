import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RowGroup } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { ForeframeError, UsageError } from '../../common/errors.js';
import { writeError } from '../../common/files/atomicWrite.js';
import { packageVersion } from '../../common/files/packageFolder.js';
import { FileLock } from '../../common/locks/fileLock.js';
import { required } from '../../common/required.js';
import { encodeMetadata, type LatentRows, type LatentsMetadata } from './latentsFile.js';
import { type LatentsLayout, layoutOf, parquetSchema, rowBytes } from './latentsSchema.js';
import { arrowSchema } from './parquet/arrowSchema.js';
import { blankChecksum, chunkChecksum, sealFooter, WRITER } from './parquet/checksums.js';
import { writeRowGroup } from './parquet/rowGroup.js';
import { RowGroupBuffer } from './rowGroupBuffer.js';
import { UnfinishedLatents } from './unfinishedLatents.js';

export interface LatentsWriterOptions {
  /** Continue what an interrupted writer left in `FILE.partial`, or start where there is nothing. */
  readonly resume?: boolean;
  /** Bytes of a row group at most (but one row at least): what the writer holds in memory. */
  readonly rowGroupBytes?: number;
}

const ROW_GROUP_BYTES = 4 * 2 ** 20;

/**
 * Writes rows of latents to a Parquet file, row group by row group, in memory that does not grow with the file but for some
 * hundred bytes per column and row group. The file is there, whole, after `finish`; until then `FILE.partial` holds the row
 * groups. Where a row group ends depends on the number of rows alone: a resumed file has the bytes of an uninterrupted one.
 */
export class LatentsWriter {
  readonly #bytes = new ByteWriter();
  #unfinished: UnfinishedLatents | undefined;
  #parquet: ParquetWriter | undefined;
  #buffer: RowGroupBuffer | undefined;
  #layout: LatentsLayout | undefined;
  #saved = 0;
  #lock: FileLock | undefined;

  private constructor(
    readonly path: string,
    readonly metadata: LatentsMetadata,
    readonly rowGroupBytes: number,
  ) {}

  /**
   * @throws ForeframeError when an unfinished file is there and `resume` was not asked for
   * @throws UsageError when the unfinished file is one of other metadata
   */
  static async open(
    path: string,
    metadata: LatentsMetadata,
    { resume = false, rowGroupBytes = ROW_GROUP_BYTES }: LatentsWriterOptions = {},
  ): Promise<LatentsWriter> {
    LatentsWriter.checkFree(path, { resume });
    const writer = new LatentsWriter(path, metadata, rowGroupBytes);
    // Before its files are read: data that the journal does not list are cut off.
    if (existsSync(UnfinishedLatents.folderOf(path))) writer.#takeLock();
    const unfinished = await UnfinishedLatents.find(path);
    if (!unfinished) return writer;
    try {
      checkSame(unfinished.folder, unfinished.header.metadata, metadata);
    } catch (error) {
      await unfinished.close();
      writer.#lock?.release();
      throw error;
    }
    writer.#begin(unfinished);
    return writer;
  }

  /** @throws ForeframeError when there is an unfinished file and `resume` is off */
  static checkFree(path: string, { resume = false }: { resume?: boolean } = {}): void {
    const folder = UnfinishedLatents.folderOf(path);
    if (resume || !UnfinishedLatents.holdsRows(path)) return;
    throw new ForeframeError(
      `${folder} holds an unfinished ${path}: add --resume to continue it, or delete it`,
    );
  }

  /** Rows that are on disk: a resumed extraction goes on from here. */
  get savedRows(): number {
    return this.#saved;
  }

  /**
   * Add rows; they are on disk once their row group is full.
   * @throws ForeframeError when their columns differ from those before, a number is not finite, or the disk is full
   */
  async write(given: LatentRows): Promise<void> {
    const layout = layoutOf(given);
    if (!this.#unfinished) await this.#create(layout);
    else if (!isDeepStrictEqual(layout, this.#layout))
      throw new ForeframeError(`${this.path}: ${difference(this.#layout!, layout)}`);
    const firstRow = this.#saved + this.#buffer!.rows;
    for (let from = 0; from < given.rows; ) {
      from += this.#buffer!.take(given, from, firstRow);
      if (this.#buffer!.rows === this.#buffer!.capacity) await this.#flush();
    }
  }

  /** Write what is left and give the file its name. @throws ForeframeError when there are no rows at all */
  async finish(): Promise<void> {
    if (!this.#unfinished || !this.#parquet || !this.#buffer)
      throw new ForeframeError(`${this.path}: there are no rows to write`);
    if (this.#buffer.rows > 0) await this.#flush();
    this.#parquet.finish();
    // A view: what is filled in is what is written.
    sealFooter(this.#bytes.getBytes());
    await this.#append();
    const unfinished = this.#unfinished;
    this.#unfinished = undefined;
    await unfinished.close();
    try {
      await rename(UnfinishedLatents.rowsOf(this.path), this.path);
    } catch (error) {
      throw writeError(this.path, error);
    }
    await unfinished.remove();
    this.#lock?.release();
  }

  /** Stops, and keeps the finished row groups to continue from. */
  async close(): Promise<void> {
    const unfinished = this.#unfinished;
    this.#unfinished = undefined;
    await unfinished?.close();
    this.#lock?.release();
  }

  /** Close, and leave nothing behind. */
  async discard(): Promise<void> {
    const unfinished = this.#unfinished;
    await this.close();
    await unfinished?.remove();
  }

  async #create(layout: LatentsLayout): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true }).catch((error) => {
      throw writeError(this.path, error);
    });
    if (!this.#lock) {
      this.#takeLock();
      // Another process may have started it since.
      LatentsWriter.checkFree(this.path);
    }
    this.#begin(await UnfinishedLatents.create(this.path, { metadata: this.metadata, layout }));
  }

  /** @throws ForeframeError when another process writes the file */
  #takeLock(): void {
    const taken = FileLock.take(`${this.path}.lock`);
    if (!(taken instanceof FileLock))
      throw new ForeframeError(`${this.path} is being written by ${taken.description}: ${taken.advice}`);
    this.#lock = taken;
  }

  #begin(unfinished: UnfinishedLatents): void {
    const { layout } = unfinished.header;
    this.#unfinished = unfinished;
    this.#layout = layout;
    this.#buffer = new RowGroupBuffer(layout, Math.max(1, Math.floor(this.rowGroupBytes / rowBytes(layout))));
    const metadata = encodeMetadata(this.metadata, namesIn(layout));
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: parquetSchema(layout),
      statistics: false,
      kvMetadata: [...metadata, arrowSchema(layout, metadata), blankChecksum],
      createdBy: `${WRITER} ${packageVersion}`,
    });
    const last = unfinished.groups.at(-1);
    if (!last) return;
    this.#parquet.row_groups = unfinished.groups.map(({ group }) => group);
    this.#saved = unfinished.groups.reduce((sum, { rows }) => sum + rows, 0);
    this.#parquet.num_rows = BigInt(this.#saved);
    // The constructor wrote the first bytes of a file, which this one has.
    this.#bytes.index = 0;
    this.#bytes.offset = last.end;
  }

  async #flush(): Promise<void> {
    const buffer = this.#buffer!;
    const parquet = this.#parquet!;
    const { rows } = buffer;
    writeRowGroup(parquet, rows, buffer.columnValues());
    this.#addChecksums(parquet.row_groups.at(-1)!);
    await this.#append();
    await this.#unfinished!.record({ rows, end: this.#bytes.offset, group: parquet.row_groups.at(-1)! });
    this.#saved += rows;
    buffer.clear();
  }

  /** One of every column chunk of a row group that was written into memory. */
  #addChecksums({ columns }: RowGroup): void {
    const bytes = this.#bytes.getBytes();
    const before = this.#bytes.offset - bytes.length;
    for (const column of columns) {
      const data = required(column, 'meta_data');
      const from = Number(column.file_offset) - before;
      const chunk = bytes.subarray(from, from + Number(data.total_compressed_size));
      data.key_value_metadata = [chunkChecksum(chunk)];
    }
  }

  async #append(): Promise<void> {
    await this.#unfinished!.append(this.#bytes.getBytes(), this.#bytes.offset);
    this.#bytes.index = 0;
  }
}

function checkSame(folder: string, theirs: LatentsMetadata, ours: LatentsMetadata): void {
  for (const key of Object.keys(ours) as (keyof LatentsMetadata)[]) {
    if (isDeepStrictEqual(theirs[key], ours[key])) continue;
    const values =
      key === 'config' ? '' : ` (${JSON.stringify(theirs[key])} there, ${JSON.stringify(ours[key])} here)`;
    throw new UsageError(
      `${folder} was begun with another ${key}${values}: delete it, or name another file with --out`,
    );
  }
}

function namesIn({ columns, layers }: LatentsLayout): string[] {
  return [...columns, ...layers].map(({ name }) => name);
}

function difference(before: LatentsLayout, now: LatentsLayout): string {
  const [there, here] = [namesIn(before), namesIn(now)];
  const odd = there.find((name) => !here.includes(name)) ?? here.find((name) => !there.includes(name));
  return odd === undefined
    ? 'a column changed its type or a layer its size between two rows'
    : `column ${odd} is there for some rows and not for others`;
}
