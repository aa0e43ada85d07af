import { open } from 'node:fs/promises';

/** What the outermost boxes of an .mp4 or .mov show. */
export interface Mp4Boxes {
  /** Its images come in many pieces with an index each, as a stream is recorded. */
  readonly fragmented: boolean;
  /** Every box ends where it says, within the file. */
  readonly complete: boolean;
}

/** After this many boxes without a fragment, a file is taken to have none. */
const MOST = 1000;

/** Goes from box to box: a few reads of sixteen bytes, however large the file is. */
export async function mp4Boxes(path: string): Promise<Mp4Boxes> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(16);
    let at = 0;
    for (let count = 0; at + 8 <= size && count < MOST; count++) {
      await file.read(head, 0, 16, at);
      const type = head.toString('latin1', 4, 8);
      if (type === 'moof') return { fragmented: true, complete: true };
      const short = head.readUInt32BE(0);
      // 0: to the end of the file; 1: a length of eight bytes follows.
      const length = short === 0 ? size - at : short === 1 ? Number(head.readBigUInt64BE(8)) : short;
      if (length < 8) break;
      at += length;
    }
    return { fragmented: false, complete: at <= size };
  } finally {
    await file.close();
  }
}
