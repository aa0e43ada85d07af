import { readFileSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RowGroup } from 'hyparquet';
import { ForeframeError } from '../../common/errors.js';
import { atomicWrite, writeError } from '../../common/files/atomicWrite.js';
import type { LatentsMetadata } from './latentsFile.js';
import type { LatentsLayout } from './latentsSchema.js';

/** Of the row groups: 2 since columns have no dots in their names. */
const FORMAT = 2;

/** The first line of the journal. */
export interface UnfinishedHeader {
  readonly metadata: LatentsMetadata;
  readonly layout: LatentsLayout;
}

/** Every other line: a row group that is on disk. */
export interface FinishedGroup {
  readonly rows: number;
  /** Bytes of the file up to the group's end. */
  readonly end: number;
  readonly group: RowGroup;
}

/**
 * A Parquet file being written, in the folder `FILE.partial`: the row groups, and a journal of where each ends, written after
 * it. A process may be killed at any moment: data that the journal does not list are cut off and written again.
 */
export class UnfinishedLatents {
  private constructor(
    readonly folder: string,
    readonly header: UnfinishedHeader,
    readonly groups: readonly FinishedGroup[],
    readonly rows: FileHandle,
    readonly journal: FileHandle,
  ) {}

  static folderOf(path: string): string {
    return `${path}.partial`;
  }

  static rowsOf(path: string): string {
    return join(UnfinishedLatents.folderOf(path), 'rows.parquet');
  }

  /** Whether a process left behind row groups that can be gone on with. */
  static holdsRows(path: string): boolean {
    try {
      // The header's line, that of a row group, and what comes after.
      return readFileSync(journalOf(UnfinishedLatents.folderOf(path)), 'utf8').split('\n').length > 2;
    } catch {
      return false;
    }
  }

  static async create(path: string, header: UnfinishedHeader): Promise<UnfinishedLatents> {
    const folder = UnfinishedLatents.folderOf(path);
    try {
      await mkdir(folder, { recursive: true });
      const rows = await open(UnfinishedLatents.rowsOf(path), 'w');
      const journal = await open(journalOf(folder), 'w');
      await journal.writeFile(`${JSON.stringify({ format: FORMAT, ...header })}\n`);
      await journal.datasync();
      return new UnfinishedLatents(folder, header, [], rows, journal);
    } catch (error) {
      throw writeError(folder, error);
    }
  }

  /**
   * What a process left behind; nothing where not even one row group was finished.
   * @throws ForeframeError when it was left by another version of foreframe
   */
  static async find(path: string): Promise<UnfinishedLatents | undefined> {
    const folder = UnfinishedLatents.folderOf(path);
    const text = await readFile(journalOf(folder), 'utf8').catch(() => '');
    const size = await stat(UnfinishedLatents.rowsOf(path)).then(
      (found) => found.size,
      () => 0,
    );
    const [header, ...groups] = parseLines(text);
    const whole = (groups as FinishedGroup[]).filter(({ end }) => end <= size);
    if (!header || whole.length === 0) return undefined;
    if ((header as { format?: number }).format !== FORMAT)
      throw new ForeframeError(
        `${folder} was begun by another version of foreframe: delete it, or name another file with --out`,
      );
    try {
      const rows = await open(UnfinishedLatents.rowsOf(path), 'r+');
      await rows.truncate(whole.at(-1)!.end);
      const lines = [header, ...whole].map(lineOf).join('');
      // Not in place: a process killed while rewriting it must not lose it.
      if (lines !== text) await atomicWrite(journalOf(folder), lines);
      const journal = await open(journalOf(folder), 'a');
      return new UnfinishedLatents(folder, header as UnfinishedHeader, whole, rows, journal);
    } catch (error) {
      throw writeError(folder, error);
    }
  }

  /** Bytes of the file that come next, `end` at their end. */
  async append(bytes: Uint8Array, end: number): Promise<void> {
    try {
      for (let from = 0; from < bytes.length; ) {
        const left = bytes.length - from;
        from += (await this.rows.write(bytes, from, left, end - left)).bytesWritten;
      }
      await this.rows.datasync();
    } catch (error) {
      throw writeError(this.folder, error);
    }
  }

  async record(group: FinishedGroup): Promise<void> {
    try {
      await this.journal.writeFile(lineOf(group));
      await this.journal.datasync();
    } catch (error) {
      throw writeError(this.folder, error);
    }
  }

  async close(): Promise<void> {
    await this.rows.close();
    await this.journal.close();
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

function journalOf(folder: string): string {
  return join(folder, 'journal.jsonl');
}

/** JSON has no 64-bit integers: they are written as text that ends in `n`, as in JavaScript. */
function lineOf(line: object): string {
  return `${JSON.stringify(line, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))}\n`;
}

/** The lines up to the first that was not written whole. */
function parseLines(text: string): unknown[] {
  const lines: unknown[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    try {
      lines.push(
        JSON.parse(line, (_, value) =>
          typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
        ),
      );
    } catch {
      break;
    }
  }
  return lines;
}
