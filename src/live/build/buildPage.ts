// The last part of `npm run build`: the live page, beside the compiled code.
import { join } from 'node:path';
import { packageFolder } from '../../common/files/packageFolder.js';
import { bundlePage } from './bundlePage.js';
import { loadedWith, zippedSize } from './loadedWith.js';

const chunks = await bundlePage(join(packageFolder, 'dist', 'src', 'live', 'page'));
const kilobytes = (...names: readonly string[]) =>
  (zippedSize(loadedWith(chunks, ...names)) / 1000).toFixed(0);
const networks = ['wasm', 'webgl', 'webgpu'].map(
  (name) => `${kilobytes('worker.js', `${name}.js`)} on ${name}`,
);
console.log(`live page: kB zipped: page ${kilobytes('page.js')}; network ${networks.join(', ')}`);
