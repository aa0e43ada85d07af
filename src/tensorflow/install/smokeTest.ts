import { ForeframeError } from '../../common/errors.js';
import { lastError, runCommand } from './command.js';

/** Run in a child process, by the binding's own calls and without tfjs: a broken library must not crash set-up. */
const PROGRAM = `
const holder = { exports: {} };
process.dlopen(holder, process.argv[1]);
const tf = holder.exports;
const a = tf.createTensor([2, 2], tf.TF_FLOAT, new Float32Array([1, 2, 3, 4]));
const type = { name: 'T', type: tf.TF_ATTR_TYPE, value: tf.TF_FLOAT };
const plain = ['transpose_a', 'transpose_b'].map((name) => ({ name, type: tf.TF_ATTR_BOOL, value: false }));
const [product] = tf.executeOp('MatMul', [type, ...plain], [a, a], 1);
console.log(JSON.stringify({ version: tf.TF_Version, product: [...tf.tensorDataSync(product.id)] }));
`;

/**
 * Load a freshly built binding in a child process and multiply two matrices.
 * @returns the version that the library answers.
 * @throws ForeframeError saying what the loader or the library said.
 */
export async function smokeTest(binding: string): Promise<string> {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', NODE_OPTIONS: '' };
  const { status, stdout, output } = await runCommand(process.execPath, ['-e', PROGRAM, binding], { env });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (status !== 0 || !line.startsWith('{')) {
    throw new ForeframeError(`the TensorFlow library does not load here: ${lastError(output)}`);
  }
  const { version, product } = JSON.parse(line) as { version: string; product: number[] };
  if (product.join() !== '7,10,15,22') {
    throw new ForeframeError(
      `the TensorFlow library computes wrongly: [1 2; 3 4]² came out as ${product.join()}`,
    );
  }
  return version;
}
