import { type FileHandle, open } from 'node:fs/promises';
import { ForeframeError, messageOf } from '../errors.js';

/**
 * All bytes of a regular file.
 * @param most bytes that such a file may have
 * @param inspect looks at a part of the file first, before memory is taken for all of it
 * @returns nothing where there is no such file
 * @throws ForeframeError in one line that names the file and says why it cannot be read
 */
export async function readFileIfThere(
  path: string,
  most: number,
  inspect?: (file: FileHandle, size: number) => Promise<void>,
): Promise<Buffer | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const status = await file.stat();
      if (status.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      if (!status.isFile()) throw new Error('it is no regular file');
      if (status.size > most) throw new Error(`it has ${status.size} bytes, more than such a file can have`);
      await inspect?.(file, status.size);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ForeframeError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ForeframeError(`cannot read ${path}: ${readingReason(error)}`, {
      cause: error,
      code: 'not-readable',
    });
  }
}

/** Why a file cannot be read, in a few words. */
export function readingReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'a folder stands in its place';
  if (code === 'ENAMETOOLONG') return 'the name is too long';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  if (code === 'ENOTDIR') return 'a file stands where a folder is needed';
  return messageOf(error).split('\n')[0]!;
}
