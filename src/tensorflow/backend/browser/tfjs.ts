// What a page in a browser takes for `@tensorflow/tfjs`: the part of it that foreframe uses. The package itself holds four backends
// and two more libraries. Imported by no file: the bundle of the page puts it in the package's place (src/live/page/bundle.mjs).
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';

export * from '@tensorflow/tfjs-core';
