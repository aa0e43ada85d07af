import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { type Compiler, compile, requireCompiler } from './compiler.js';
import { BINDING_FILE } from './install.js';
import { buildQuietLibrary } from './quietLibrary.js';

const require = createRequire(import.meta.url);

/** File names in `lib/`. */
export interface Libraries {
  /** The one with the C API. */
  readonly main: string;
  readonly framework: string;
}

/**
 * Compile tfjs-node's binding against the libraries in `folder/lib` and the headers in `folder/include`.
 * One compiler call, no node-gyp: N-API is the same in every Node that foreframe runs on, so the headers of the package
 * `node-api-headers` do and one build serves Node 20, 22 and 24; nothing is downloaded.
 * @param libraries file names in `folder/lib`: the C API's library and its framework.
 * @param tfjsNode folder of the package @tensorflow/tfjs-node-gpu.
 */
export async function buildBinding(folder: string, libraries: Libraries, tfjsNode: string): Promise<void> {
  const compiler = requireCompiler();
  await mkdir(join(folder, TEMPORARY), { recursive: true });
  const linking =
    process.platform === 'darwin'
      ? darwinLinking(folder, libraries)
      : await linuxLinking(compiler, folder, libraries);
  await compile(compiler, [...compilation(folder, tfjsNode), ...linking]);
  await rm(join(folder, TEMPORARY), { recursive: true, force: true });
  if (!existsSync(join(folder, BINDING_FILE)))
    throw new ForeframeError(`${compiler[0]} left no ${BINDING_FILE}`);
}

/** What only the compiler needs, removed afterwards. */
const TEMPORARY = 'build';

function compilation(folder: string, tfjsNode: string): string[] {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(tfjsNode, 'binding', file));
  const nodeHeaders = join(dirname(require.resolve('node-api-headers')), 'include');
  return [
    // The binding only passes pointers on: -O1 compiles faster than -O2 and runs as fast.
    ...['-std=c++17', '-O1', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8'],
    ...[nodeHeaders, join(folder, 'include'), tfjsNode].flatMap((path) => ['-I', path]),
    ...sources,
    ...['-o', join(folder, BINDING_FILE)],
  ];
}

/**
 * GNU ld takes 15 s to read the symbols of an 800 MB library. Linking against empty libraries of the same names records
 * the same dependencies at once; `-z now` then makes the loader, in the smoke test, check that every symbol is there.
 */
async function linuxLinking(
  compiler: Compiler,
  folder: string,
  { main, framework }: Libraries,
): Promise<string[]> {
  const stubs = join(folder, TEMPORARY);
  for (const name of [main, framework]) {
    await compile(compiler, [
      '-shared',
      '-x',
      'c++',
      '/dev/null',
      `-Wl,-soname,${name}`,
      '-o',
      join(stubs, name),
    ]);
  }
  const quiet = await buildQuietLibrary(compiler, folder, framework);
  const named = [...quiet, main, framework].map((name) => `-l:${name}`);
  const search = ['-L', stubs, '-L', join(folder, 'lib')];
  return [...search, '-Wl,--no-as-needed', ...named, '-Wl,-z,now', '-Wl,-rpath,$ORIGIN'];
}

function darwinLinking(folder: string, { main, framework }: Libraries): string[] {
  const paths = [main, framework].map((name) => join(folder, 'lib', name));
  return [...paths, '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path'];
}
