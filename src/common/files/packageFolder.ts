import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds foreframe's own package.json, pipelines and datasets, wherever this file was compiled to. */
export const packageFolder = findPackageFolder(dirname(fileURLToPath(import.meta.url)));

/** The command line as it is built, for work in a process of its own. */
export const commandFile = join(packageFolder, 'dist/src/cli/main.js');

export const packageVersion = (
  JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string }
).version;

function findPackageFolder(start: string): string {
  let folder = start;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
