import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, Readable, Transform } from 'node:stream';
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
/** Stands for a size that only the zip64 record holds. */
const ELSEWHERE = 0xffffffff;
/** What a wheel says of itself is far shorter; a few bytes can be packed to stand for gigabytes. */
const LONGEST_TEXT = 1 << 26;

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

  /**
   * The unpacked bytes of a member as a stream, as many as the archive states.
   * @throws ForeframeError, also from the stream, when they are more or fewer
   */
  async stream(member: ZipMember): Promise<Readable> {
    const { name, method, compressedSize, size } = member;
    const header = await read(this.#file, member.offset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_HEADER) throw this.#damaged(name);
    const start = member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (method !== 0 && method !== 8)
      throw new ForeframeError(`${name} is packed with unknown method ${method}`);
    if (start + compressedSize > (await this.#file.stat()).size) throw this.#damaged(name);
    const whole = this.#exactly(size, name);
    if (compressedSize === 0) return Readable.from([]).pipe(whole);
    const packed = createReadStream(this.#path, {
      start,
      end: start + compressedSize - 1,
      highWaterMark: 1 << 20,
    });
    // What goes wrong with one of them is said by the last.
    if (method === 0) return pipeline(packed, whole, () => {});
    const inflate = createInflateRaw({ chunkSize: 1 << 20 });
    inflate.once('error', () => whole.destroy(this.#damaged(name)));
    return pipeline(packed, inflate, whole, () => {});
  }

  /** A small member as text. @throws ForeframeError when it is damaged or larger than such a text can be */
  async text(member: ZipMember): Promise<string> {
    if (member.size > LONGEST_TEXT) throw this.#damaged(member.name);
    const parts: Buffer[] = [];
    for await (const part of await this.stream(member)) parts.push(part as Buffer);
    return Buffer.concat(parts).toString('utf8');
  }

  /** Lets `size` bytes through and no others. */
  #exactly(size: number, name: string): Transform {
    let left = size;
    return new Transform({
      highWaterMark: 1 << 20,
      transform: (chunk: Buffer, _, done) => {
        left -= chunk.length;
        if (left < 0) done(this.#damaged(name));
        else done(null, chunk);
      },
      flush: (done) => done(left > 0 ? this.#damaged(name) : null),
    });
  }

  #damaged(name: string): ForeframeError {
    return new ForeframeError(`${this.#path} is damaged at ${name}: delete it and run set-up again`);
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
  const count = tail.readUInt16LE(at + 10);
  const bytes = tail.readUInt32LE(at + 12);
  const start = tail.readUInt32LE(at + 16);
  // Compared with what is there before memory is taken for it.
  if (start + bytes > size) throw new ForeframeError(`${path} is cut short: delete it and run set-up again`);
  const members = parseDirectory(await read(file, start, bytes), size);
  if (members?.length === count) return members;
  throw new ForeframeError(`${path} has a damaged directory: delete it and run set-up again`);
}

/** Nothing where an entry is none, or lies outside the file. */
function parseDirectory(directory: Buffer, fileSize: number): ZipMember[] | undefined {
  const members: ZipMember[] = [];
  for (let p = 0; p < directory.length; ) {
    if (p + 46 > directory.length || directory.readUInt32LE(p) !== DIRECTORY_ENTRY) return undefined;
    const nameLength = directory.readUInt16LE(p + 28);
    const member = {
      name: directory.toString('utf8', p + 46, p + 46 + nameLength),
      method: directory.readUInt16LE(p + 10),
      compressedSize: directory.readUInt32LE(p + 20),
      size: directory.readUInt32LE(p + 24),
      offset: directory.readUInt32LE(p + 42),
    };
    p += 46 + nameLength + directory.readUInt16LE(p + 30) + directory.readUInt16LE(p + 32);
    const isElsewhere = [member.compressedSize, member.size, member.offset].includes(ELSEWHERE);
    if (p > directory.length || isElsewhere || member.offset + member.compressedSize > fileSize)
      return undefined;
    members.push(member);
  }
  return members;
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
