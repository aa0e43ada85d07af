import { open, stat } from 'node:fs/promises';
import { ForeframeError, messageOf } from '../../common/errors.js';
import { isOpenSize } from './aviChunks.js';
import { mp4Boxes } from './mp4Boxes.js';

/** How far the times and the index of a file can be relied on. */
export interface FileFacts {
  /** The container's own time at the beginning of the file, in seconds. */
  readonly start: number;
  readonly bytes: number;
  /** ffmpeg finds a moment in it without reading up to it, and gives the same times from there on. */
  readonly seekable: boolean;
  /** One index at one place counts all images and says when each is shown. */
  readonly indexed: boolean;
  /** Nothing is missing at its end, as far as its container says. */
  readonly complete: boolean;
  readonly matroska: boolean;
}

/** What a file's name and first bytes show. */
export interface CheckedFile {
  /** False for a camera or a pipe that is named by its path. */
  readonly ends: boolean;
  readonly looksLikeMp4: boolean;
  readonly bytes: number;
  readonly fragmented: boolean;
  readonly complete: boolean;
  /** Its recorder never updated its header: lengths and counts in it are placeholders. */
  readonly unfinished: boolean;
}

/** An input that is not a file on a disk. */
export const NO_FILE: CheckedFile = {
  ends: false,
  looksLikeMp4: false,
  bytes: 0,
  fragmented: false,
  complete: true,
  unfinished: false,
};

/** @throws ForeframeError when `path` is not a file with something in it. */
export async function checkFile(path: string): Promise<CheckedFile> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new ForeframeError(
      error.code === 'ENOENT' || error.code === 'ENOTDIR'
        ? `there is no file ${path}: check the name`
        : `cannot read ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  });
  if (found.isDirectory()) {
    throw new ForeframeError(`${path} is a directory: give one of the videos in it`);
  }
  if (found.isFile() && found.size === 0) {
    throw new ForeframeError(`${path} is empty: copy or download it again`);
  }
  // A camera or a pipe, named by its path.
  if (!found.isFile()) return NO_FILE;
  try {
    const head = await firstBytes(path);
    const looksLikeMp4 = /^(ftyp|moov|mdat|wide|free|skip)$/.test(head.toString('latin1', 4, 8));
    const avi = /^RIFF....AVI /s.test(head.toString('latin1'));
    const unfinished = avi && isOpenSize(head.readUInt32LE(4));
    const boxes = looksLikeMp4 ? await mp4Boxes(path) : { fragmented: false, complete: true };
    return { ends: true, looksLikeMp4, unfinished, bytes: found.size, ...boxes };
  } catch (error) {
    throw new ForeframeError(`cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(12));
    return buffer;
  } finally {
    await file.close();
  }
}

/** @param container ffprobe's names of the format, such as `mov,mp4,m4a,3gp,3g2,mj2` */
export function fileFacts(checked: CheckedFile, container: string, start: number): FileFacts {
  const matroska = /\b(matroska|webm)\b/.test(container);
  const indexed = /\b(mov|mp4)\b/.test(container) && !checked.fragmented;
  const { bytes, complete } = checked;
  return { start, bytes, seekable: matroska || indexed, indexed, complete, matroska };
}
