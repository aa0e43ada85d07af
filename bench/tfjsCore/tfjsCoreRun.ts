import { createRequire, register } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf from '../../src/tensorflow/backend/tf.js';
import { useNativeGradients } from '../../src/tensorflow/gradients/gradients.js';
import { JasmineShim } from './jasmineShim.js';

/**
 * A process of its own: run tfjs-core's test files on native TensorFlow, with tfjs' own gradients (`stock`) or with those of
 * programs on throughout (`programs`). Prints a JSON line for each test.
 */
const [gradients] = process.argv.slice(2);
const { backend } = await loadTensorFlow();
if (backend !== 'tensorflow') throw new Error('native TensorFlow is needed');

const require = createRequire(import.meta.url);
const dist = join(dirname(require.resolve('@tensorflow/tfjs-core/package.json')), 'dist');
const shim = new JasmineShim();
shim.install();
// jasmine_util asks for jasmine's core and wants nothing of it but a place for a setting.
const asked = (name: string) => (name.startsWith('jasmine-core') ? { core: () => ({}) } : require(name));
Object.assign(globalThis, { require: Object.assign(asked, { resolve: require.resolve }) });
register('./tfjsCoreHooks.js', import.meta.url);
const { stackTraceLimit } = Error;
const util = (await import(pathToFileURL(join(dist, 'jasmine_util.js')).href)) as {
  setTestEnvs(environments: readonly object[]): void;
};
// It asks for stacks without end, which makes every refused test slow.
Error.stackTraceLimit = stackTraceLimit;
util.setTestEnvs([{ name: 'tensorflow', backendName: 'tensorflow', flags: {}, isDataSync: true }]);
await import(pathToFileURL(join(dist, 'public', 'chained_ops', 'register_all_chained_ops.js')).href);
const own = tf.getGradient('Relu');
if (gradients === 'programs') useNativeGradients();
await import(pathToFileURL(join(dist, 'tests.js')).href);

// Some tests leave promises behind that fail later; each test's own end is what counts.
process.on('unhandledRejection', () => {});
const log = console.log.bind(console);
console.log = console.warn = console.error = () => {};
const used = tf.getGradient('Relu');
await shim.run((result) => log(JSON.stringify(result)));
const kept = tf.getGradient('Relu') === used && (used !== own) === (gradients === 'programs');
if (!kept) log(JSON.stringify({ name: 'the gradients that were asked for stay on', error: 'they did not' }));
process.exit(0);
