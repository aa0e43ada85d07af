import { join } from 'node:path';
import { ForeframeError } from '../../src/common/errors.js';
import { cacheFolder } from '../../src/common/files/cacheFolder.js';
import { readFileIfThere } from '../../src/common/files/readFileIfThere.js';

/** The folder that takes the files of a dataset which its users have: `<cache>/files/<name>`. */
export function ownedFolder(dataset: string): string {
  return join(cacheFolder(), 'files', dataset);
}

/**
 * A file of a dataset that no registry has.
 * @param most bytes that it may have
 * @throws ForeframeError in one line that says where the file belongs
 */
export async function ownedFile(
  dataset: string,
  files: readonly string[],
  name: string,
  most: number,
): Promise<Buffer> {
  const folder = ownedFolder(dataset);
  const file = await readFileIfThere(join(folder, name), most);
  if (file) return file;
  throw new ForeframeError(
    `${dataset} cannot be fetched, and ${join(folder, name)} is not there: put your ${files.join(' and ')} into ${folder}`,
  );
}

/** The error for a file that is not what it should be. */
export function wrongFile(dataset: string, name: string, what: string, cause?: unknown): ForeframeError {
  return new ForeframeError(
    `${join(ownedFolder(dataset), name)} ${what}: put the published file in its place`,
    { cause },
  );
}
