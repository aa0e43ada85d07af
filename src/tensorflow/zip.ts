import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { ForeframeError } from '../common/errors.js';

/** One file inside a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  readonly compressedSize: number;
  readonly method: number;
  /** Where its local header starts. */
  readonly offset: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;

/**
 * Reads members of a zip archive one by one: wheels are zips of up to a gigabyte of which foreframe needs four files.
 * Plain zip only (no encryption, no zip64), which is what wheels are.
 */
export class ZipArchive {
  readonly members: readonly ZipMember[];
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle, members: readonly ZipMember[]) {
    this.#path = path;
    this.#file = file;
    this.members = members;
  }

  /** @throws ForeframeError when `path` is not a whole zip archive. */
  static async open(path: string): Promise<ZipArchive> {
    const file = await open(path, 'r');
    try {
      return new ZipArchive(path, file, await readDirectory(file, path));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The unpacked bytes of a member as a stream. */
  async stream(member: ZipMember): Promise<Readable> {
    const header = await read(this.#file, member.offset, 30);
    if (header.readUInt32LE(0) !== LOCAL_HEADER)
      throw new ForeframeError(`damaged archive at ${member.name}`);
    const start = member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (member.method !== 0 && member.method !== 8) {
      throw new ForeframeError(`${member.name} is packed with unknown method ${member.method}`);
    }
    if (member.compressedSize === 0) return Readable.from([]);
    const packed = createReadStream(this.#path, {
      start,
      end: start + member.compressedSize - 1,
      highWaterMark: 1 << 20,
    });
    if (member.method === 0) return packed;
    const inflate = createInflateRaw({ chunkSize: 1 << 20 });
    packed.once('error', (error) => inflate.destroy(error));
    return packed.pipe(inflate);
  }

  /** A small member as text. */
  async text(member: ZipMember): Promise<string> {
    const parts: Buffer[] = [];
    for await (const part of await this.stream(member)) parts.push(part as Buffer);
    return Buffer.concat(parts).toString('utf8');
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function readDirectory(file: FileHandle, path: string): Promise<ZipMember[]> {
  const { size } = await file.stat();
  // The end record is the last 22 bytes, plus a comment of up to 65,535.
  const tail = await read(file, Math.max(0, size - 65_557), Math.min(size, 65_557));
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== END_OF_DIRECTORY) at--;
  if (at < 0) throw new ForeframeError(`${path} is not a whole zip archive: delete it and run set-up again`);
  const bytes = tail.readUInt32LE(at + 12);
  const start = tail.readUInt32LE(at + 16);
  if (start + bytes > size) throw new ForeframeError(`${path} is cut short: delete it and run set-up again`);
  const directory = await read(file, start, bytes);
  const members: ZipMember[] = [];
  for (let p = 0; p + 46 <= directory.length; ) {
    if (directory.readUInt32LE(p) !== DIRECTORY_ENTRY)
      throw new ForeframeError(`${path} has a damaged directory`);
    const nameLength = directory.readUInt16LE(p + 28);
    members.push({
      name: directory.toString('utf8', p + 46, p + 46 + nameLength),
      method: directory.readUInt16LE(p + 10),
      compressedSize: directory.readUInt32LE(p + 20),
      size: directory.readUInt32LE(p + 24),
      offset: directory.readUInt32LE(p + 42),
    });
    p += 46 + nameLength + directory.readUInt16LE(p + 30) + directory.readUInt16LE(p + 32);
  }
  return members;
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
