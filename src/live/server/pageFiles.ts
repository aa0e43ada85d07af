import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Context, Env, Hono } from 'hono';
import { ForeframeError } from '../../common/errors.js';
import { packageFolder } from '../../common/files/packageFolder.js';

/** What pages are made of, by the ends of names. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** The folder of the bundled pages, as `npm run build` makes it. */
export const builtPage = join(packageFolder, 'dist', 'src', 'live', 'page');

/** What belongs to either page alone. */
export const LIVE_PAGE = ['index.html', 'page.js'] as const;
export const TRAINING_PAGE = ['training.html', 'training.js', 'training.css'] as const;

/** The pages as they were built, in memory: no path that a request names reaches the disk. */
export type PageFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/**
 * @param needed names without which there is no page
 * @throws ForeframeError when the page was not built
 */
export async function pageFiles(folder: string, needed: readonly string[]): Promise<PageFiles> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => extname(name) in TYPES);
  if (!needed.every((name) => names.includes(name)))
    throw new ForeframeError(`${folder} holds no page: run \`npm run build\``);
  return new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}

/** Give out the files of a page by their names; `first` is what the bare address shows. */
export function giveOut<E extends Env>(app: Hono<E>, files: PageFiles, first: string): void {
  const answer = (name: string, { body, notFound }: Context<E>) => {
    const file = files.get(name);
    return file
      ? body(file, 200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' })
      : notFound();
  };
  app.get('/', (context) => answer(first, context));
  app.get('/:name', (context) => answer(context.req.param('name'), context));
}
