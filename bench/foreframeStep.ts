// Time one training step of the PGN in foreframe. Argument: a JSON object (see trainBench.ts); prints a JSON object.
import { pgn } from '../src/models/index.js';
import { loadTensorFlow } from '../src/tensorflow/backend.js';
import { compile } from '../src/tensorflow/compile.js';
import tf from '../src/tensorflow/tf.js';
import { videoProgram } from '../src/training/videoProgram.js';
import type { StepTask } from './trainBench.js';

const { size, lstm, batch, steps, threads, variant, warmup, count } = JSON.parse(
  process.argv[2]!,
) as StepTask;
await loadTensorFlow({ threads, precision: variant === 'fast' ? 'fast' : 'full' });
if (variant === 'matmul') console.log(JSON.stringify({ flops: matmulRate() }));
else console.log(JSON.stringify({ seconds: stepSeconds(), peak: process.resourceUsage().maxRSS / 1024 }));

function stepSeconds(): number[] {
  const model = pgn(
    { name: 'pgn', filters: [32, 32], kernel: 3, lstm, output: 'frame' },
    { height: size, width: size, channels: 1 },
  );
  const settings = { optimizer: { kind: 'rmsprop', decay: 0.9, momentum: 0 }, predict: 'every' } as const;
  const program = compile(videoProgram(model, 1, { batch, steps }, settings), {
    mode: variant === 'eager' ? 'eager' : 'graph',
  });
  const clips = Uint8Array.from(
    { length: batch * (steps + 1) * size * size },
    (_, i) => (i * 2654435761) >>> 24,
  );
  const step = () => program.run('train', { clips, learningRate: 0.001 });
  for (let i = 0; i < warmup; i++) step();
  return Array.from({ length: count }, () => {
    const start = performance.now();
    step();
    return (performance.now() - start) / 1000;
  });
}

/** Multiply–adds × 2 per second of a square matrix product: what this machine gives TensorFlow at best. */
function matmulRate(): number {
  const side = 2048;
  const [a, b] = [tf.randomUniform([side, side]), tf.randomUniform([side, side])];
  const times = Array.from({ length: 12 }, () => {
    const start = performance.now();
    const product = tf.matMul(a, b);
    product.dataSync();
    product.dispose();
    return (performance.now() - start) / 1000;
  });
  return (2 * side ** 3) / Math.min(...times);
}
