import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { packageFolder } from '../../common/files/packageFolder.js';

const require = createRequire(import.meta.url);
const PAGE = join(packageFolder, 'src', 'live', 'page');
const TRAINING = join(packageFolder, 'src', 'live', 'trainingPage');

/** Functions whose calls are left out where nobody uses what they give: the schemas of models and their entries in the registry. */
const PURE = ['z', 'modelEntry', 'nrmConfig', 'dynamicNrmConfig'];

/** The page and the thread that computes for it, and the page of a training. */
export const pageScripts = {
  page: join(PAGE, 'page.ts'),
  worker: join(PAGE, 'worker.ts'),
  training: join(TRAINING, 'training.ts'),
};

/** What the page shows and computes with, besides its scripts: where each file is. */
function otherFiles(): Record<string, string> {
  const wasm = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');
  return {
    'index.html': join(PAGE, 'index.html'),
    'page.css': join(PAGE, 'page.css'),
    'training.html': join(TRAINING, 'training.html'),
    'training.css': join(TRAINING, 'training.css'),
    'uPlot.css': require.resolve('uplot/dist/uPlot.min.css'),
    'tfjs-backend-wasm.wasm': join(wasm, 'tfjs-backend-wasm.wasm'),
    'tfjs-backend-wasm-simd.wasm': join(wasm, 'tfjs-backend-wasm-simd.wasm'),
  };
}

/**
 * Write the live page into a folder, ready for any web server: the very models, programs and measures of foreframe, for a browser.
 * @param scripts the source of each script, by its name; those of the page by default
 * @returns what went into each script
 * @throws Error when a script would need something that no browser has, such as a module of Node
 */
export async function bundlePage(
  folder: string,
  scripts: Readonly<Record<string, string>> = pageScripts,
): Promise<OutputChunk[]> {
  const bundle = await rolldown({
    input: { ...scripts },
    cwd: packageFolder,
    platform: 'browser',
    tsconfig: join(PAGE, 'tsconfig.json'),
    resolve: {
      alias: { '@tensorflow/tfjs$': join(packageFolder, 'src/tensorflow/backend/browser/tfjs.ts') },
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
    treeshake: { manualPureFunctions: PURE, propertyReadSideEffects: false },
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  try {
    await mkdir(folder, { recursive: true });
    const { output } = await bundle.write({
      dir: resolve(folder),
      minify: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
    });
    const chunks = output.filter((each) => each.type === 'chunk');
    for (const { fileName, imports, dynamicImports } of chunks)
      for (const name of [...imports, ...dynamicImports])
        if (!chunks.some((chunk) => chunk.fileName === name))
          throw new Error(`${fileName} imports ${name}, which no browser has`);
    for (const [name, path] of Object.entries(otherFiles())) await copyFile(path, join(folder, name));
    return chunks;
  } finally {
    await bundle.close();
  }
}
