import { createReadStream } from 'node:fs';
import { pipeline, Readable, Transform } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ForeframeError } from '../../../common/errors.js';

/** One file inside a zip archive. */
export interface ZipMember {
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  readonly entry: Entry;
}

/** A wheel's own text files are far shorter; a few packed bytes can expand to gigabytes. */
const LONGEST_TEXT = 1 << 26;
/** Bytes of the record at an archive's end, without its comment. */
const END_RECORD = 22;
const PIECE = 1 << 20;
const STORED = 0;

/** Reads members of a zip archive one by one: wheels are zips of up to a gigabyte of which foreframe needs four files. */
export class ZipArchive {
  readonly members: readonly ZipMember[];
  readonly #path: string;
  readonly #zip: ZipFile;

  private constructor(path: string, zip: ZipFile, members: readonly ZipMember[]) {
    this.#path = path;
    this.#zip = zip;
    this.members = members;
  }

  /** @throws ForeframeError when `path` is not a whole zip archive. */
  static async open(path: string): Promise<ZipArchive> {
    const zip = await openPromise(path, { autoClose: false, decodeStrings: false }).catch((cause) => {
      throw isOfSystem(cause) ? cause : refused(`${path} is not a whole zip archive`, cause);
    });
    try {
      return new ZipArchive(path, zip, await membersOf(zip));
    } catch (cause) {
      zip.close();
      throw refused(`${path} has a damaged directory`, cause);
    }
  }

  /**
   * The unpacked bytes of a member as a stream, as many as the archive states.
   * @throws ForeframeError, also from the stream, when they are more or fewer
   */
  async stream({ name, size, entry }: ZipMember): Promise<Readable> {
    const damaged = (cause?: unknown) => refused(`${this.#path} is damaged at ${name}`, cause);
    if (!entry.canDecodeFileData()) throw damaged();
    const { fileDataStart: start } = await this.#zip
      .readLocalFileHeaderPromise(entry, { minimal: true })
      .catch((cause) => {
        throw damaged(cause);
      });
    const end = start + entry.compressedSize - 1;
    if (end >= this.#zip.fileSize) throw damaged();
    const whole = exactly(size, damaged);
    if (entry.compressedSize === 0) return Readable.from([]).pipe(whole);
    // A megabyte at a time: yauzl's own stream, in steps of 64 kB and 16 kB, takes twice as long.
    const packed = createReadStream(this.#path, { start, end, highWaterMark: PIECE });
    // The last stream reports the errors of all.
    if (entry.compressionMethod === STORED) return pipeline(packed, whole, () => {});
    const inflate = createInflateRaw({ chunkSize: PIECE });
    inflate.once('error', (cause) => whole.destroy(damaged(cause)));
    return pipeline(packed, inflate, whole, () => {});
  }

  /** A small member as text. @throws ForeframeError when it is damaged or larger than such a text can be */
  async text(member: ZipMember): Promise<string> {
    if (member.size > LONGEST_TEXT) throw refused(`${this.#path} is damaged at ${member.name}`);
    const parts: Buffer[] = [];
    for await (const part of await this.stream(member)) parts.push(part as Buffer);
    return Buffer.concat(parts).toString('utf8');
  }

  close(): void {
    this.#zip.close();
  }
}

/** Passes exactly `size` bytes on. */
function exactly(size: number, damaged: () => ForeframeError): Transform {
  let left = size;
  return new Transform({
    highWaterMark: PIECE,
    transform: (chunk: Buffer, _, done) => {
      left -= chunk.length;
      if (left < 0) done(damaged());
      else done(null, chunk);
    },
    flush: (done) => done(left > 0 ? damaged() : null),
  });
}

/** @throws Error when there are other members than the archive's end states */
async function membersOf(zip: ZipFile): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  for await (const entry of zip.eachEntry())
    members.push({ name: entry.fileNameRaw.toString('utf8'), size: entry.uncompressedSize, entry });
  // Read up to its end: too small a count would have silently left some out.
  if (Number(zip.readEntryCursor) !== zip.fileSize - END_RECORD - zip.comment.length)
    throw new Error('it has more members than it states');
  return members;
}

function isOfSystem(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).code === 'string';
}

function refused(what: string, cause?: unknown): ForeframeError {
  return new ForeframeError(`${what}: delete it and run set-up again`, { cause });
}
