import { FileBytes } from './fileBytes.js';

/**
 * Counts the empty images of an AVI's stream. A recorder writes an empty chunk, in the stretch of chunks or in the index
 * only, where the previous image is shown once more. The header counts them, though nothing is decoded for them.
 * @param stream the stream's place in the file, from 0
 * @returns 0 for a file that is no AVI
 */
export function emptyImages(path: string, stream: number): Promise<number> {
  return FileBytes.of(path, async (file) => {
    const prefix = String(stream).padStart(2, '0');
    let [stored, indexed] = [0, 0];
    for await (const { kind, at, size } of chunks(file)) {
      if (size === 0 && kind.startsWith(prefix)) stored++;
      if (kind !== 'idx1') continue;
      for (let entry = at; entry + 16 <= Math.min(at + size, file.size); entry += 16) {
        const bytes = await file.read(entry, 16);
        if (bytes.toString('latin1', 0, 2) === prefix && bytes.readUInt32LE(12) === 0) indexed++;
      }
    }
    return Math.max(stored, indexed);
  });
}

/** Whether the recorder of an AVI never updated its header: sizes and counts in it are then placeholders. */
export function isUnfinished(path: string): Promise<boolean> {
  return FileBytes.of(path, async (file) => {
    const head = await file.read(0, 8);
    return head.length === 8 && isOpenSize(head.readUInt32LE(4));
  });
}

/** The placeholder for a size that is filled in at the end. */
export function isOpenSize(size: number): boolean {
  return size === 0 || size === 0xffffffff;
}

/** Whether the last chunk of an AVI ends with or before the file. */
export async function endsWithChunk(file: FileBytes): Promise<boolean> {
  let end = 0;
  for await (const { at, size } of chunks(file)) end = at + size;
  return end <= file.size;
}

interface Chunk {
  readonly kind: string;
  /** Where its data begin. */
  readonly at: number;
  readonly size: number;
}

/** All chunks of an AVI within its lists, up to the first that cannot be one. */
async function* chunks(file: FileBytes): AsyncGenerator<Chunk> {
  for (let at = 0; at + 8 <= file.size; ) {
    const head = await file.read(at, 12);
    const kind = head.toString('latin1', 0, 4);
    if (!/^[\x20-\x7e]{4}$/.test(kind)) return;
    const size = head.readUInt32LE(4);
    // Lists are entered: their chunks follow the name of the list.
    if (kind === 'RIFF' || kind === 'LIST') {
      at += 12;
      continue;
    }
    yield { kind, at: at + 8, size };
    at += 8 + size + (size % 2);
  }
}
