import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';

const INSIDE = /[\\/]@tensorflow[\\/]tfjs-core[\\/]dist[\\/]/;

/** tfjs-core's test files are modules written for a bundler: they leave out `.js`, and `index.js` of a folder. */
export const resolve: ResolveHook = (specifier, context, next) => {
  const { parentURL } = context;
  if (!parentURL || !INSIDE.test(parentURL) || !specifier.startsWith('.')) return next(specifier, context);
  const url = new URL(specifier, parentURL);
  const file = ['', '.js', '/index.js'].find((ending) =>
    ending !== '' ? existsSync(fileURLToPath(url) + ending) : /\.js$/.test(url.pathname),
  );
  return next(url.href + (file ?? ''), context);
};

/** They are read as modules whatever the package says, and take a CommonJS package as a namespace. */
export const load: LoadHook = async (url, context, next) => {
  if (!INSIDE.test(url) || !url.endsWith('.js') || /\.node\.js$/.test(url)) return next(url, context);
  const text = await readFile(fileURLToPath(url), 'utf8');
  const source = text.replace(/import \* as (\w+) from '(seedrandom|long)'/g, "import $1 from '$2'");
  return { format: 'module', source, shortCircuit: true };
};
