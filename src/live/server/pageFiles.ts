import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { packageFolder } from '../../common/files/packageFolder.js';

/** What the page is made of, by the ends of names. */
export const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Where `npm run build` writes the page. */
export const builtPage = join(packageFolder, 'dist', 'src', 'live', 'page');

/** The page as it was built, in memory: no path that a request names reaches the disk. @throws ForeframeError when it was not built */
export async function pageFiles(folder: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => extname(name) in TYPES);
  if (!names.includes('index.html') || !names.includes('page.js'))
    throw new ForeframeError(`${folder} holds no page: run \`npm run build\``);
  return new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}
