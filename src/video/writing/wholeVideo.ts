import { open, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Whether a file that ffmpeg wrote, and says that it wrote, is there to its end: on a full disk some ffmpegs end with success. An
 * mp4 is a row of boxes that say how long they are; a gif ends in a semicolon.
 */
export async function isWholeVideo(path: string, format: 'mp4' | 'gif'): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const read = async (length: number, position: number) => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
      return bytesRead === length ? buffer : undefined;
    };
    if (format === 'gif') return (await read(1, size - 1))?.toString('latin1') === ';';
    const kinds = new Set<string>();
    let at = 0;
    while (at < size) {
      const head = await read(16, at);
      if (!head) break;
      kinds.add(head.toString('latin1', 4, 8));
      const short = head.readUInt32BE(0);
      const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
      if (length < 8) return false;
      at += length;
    }
    return at === size && kinds.has('moov') && kinds.has('mdat');
  } finally {
    await file.close();
  }
}

/** Whether the disk of a file is almost full. */
export async function isDiskFull(path: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dirname(path));
  return bavail * bsize < 65_536;
}
