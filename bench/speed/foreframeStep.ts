// Time one training step of the PGN in foreframe. Argument: a JSON object (see trainBench.ts); prints a JSON object.

import { videoProgram } from '../../src/engine/videoProgram.js';
import { pgn } from '../../src/models/index.js';
import type { VideoModel } from '../../src/models/videoModel.js';
import { meanSquaredError } from '../../src/objectives/images/meanSquaredError.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Named } from '../../src/tensorflow/spec/program.js';
import type { StepTask } from './trainBench.js';

const { size, lstm, batch, steps, threads, variant, warmup, count } = JSON.parse(
  process.argv[2]!,
) as StepTask;
await loadTensorFlow({ threads, precision: variant === 'fast' ? 'fast' : 'full' });
if (variant === 'machine') console.log(JSON.stringify({ flops: matmulRate(), bandwidth: sumRate() }));
else console.log(JSON.stringify({ seconds: stepSeconds(), peak: process.resourceUsage().maxRSS / 1024 }));

function stepSeconds(): number[] {
  const model = pgn(
    { name: 'pgn', filters: [32, 32], kernel: 3, lstm, output: 'frame' },
    { height: size, width: size, channels: 1 },
  );
  const clips = Uint8Array.from(
    { length: batch * (steps + 1) * size * size },
    (_, i) => (i * 2654435761) >>> 24,
  );
  const step = variant.startsWith('tfjs eager') ? stockStep(model, clips) : ownStep(model, clips);
  for (let i = 0; i < warmup; i++) step();
  return Array.from({ length: count }, () => {
    const start = performance.now();
    step();
    return (performance.now() - start) / 1000;
  });
}

function ownStep(model: VideoModel, clips: Uint8Array): () => void {
  const settings = {
    optimizer: { kind: 'rmsprop', decay: 0.9, momentum: 0 },
    method: { name: 'next-frame', predict: 'every', rollout: 0 },
  } as const;
  const program = compile(videoProgram(model, 1, { batch, steps }, settings), {
    mode: variant === 'eager' ? 'eager' : 'graph',
  });
  return () => program.run('train', { clips, learningRate: 0.001 });
}

/** The step as a user of tfjs-node would write it: tfjs' own gradients, its own optimizer, op by op. */
function stockStep(model: VideoModel, clips: Uint8Array): () => void {
  const variables: Named<tf.Variable> = {};
  for (const [name, { shape, data }] of Object.entries(model.parameters(1)))
    variables[name] = tf.variable(tf.tensor(data, [...shape]));
  const optimizer = tf.train.rmsprop(0.001, 0.9);
  const frames = (from: number) => {
    const all = tf.tensor(clips, [batch, steps + 1, size, size, 1], 'int32').div(255) as tf.Tensor5D;
    return tf.slice(all, [0, from, 0, 0, 0], [batch, steps, size, size, 1]);
  };
  const loss = () => {
    const { prediction } = model.watch(variables, frames(0), model.initialState(batch));
    return meanSquaredError(prediction, frames(1));
  };
  return () => {
    const value = optimizer.minimize(loss, true)!;
    value.dataSync();
    value.dispose();
  };
}

/** Multiply–adds × 2 per second of a square matrix product: what this machine gives TensorFlow at best. */
function matmulRate(): number {
  const side = 2048;
  const [a, b] = [tf.randomUniform([side, side]), tf.randomUniform([side, side])];
  return (2 * side ** 3) / shortest(() => tf.matMul(a, b));
}

/** Bytes per second of a sum over a tensor that no cache holds. */
function sumRate(): number {
  const values = 64 * 2 ** 20;
  const tensor = tf.zeros([values]);
  return (4 * values) / shortest(() => tf.sum(tensor));
}

/** Seconds. */
function shortest(work: () => tf.Tensor): number {
  const times = Array.from({ length: 12 }, () => {
    const start = performance.now();
    const result = work();
    result.dataSync();
    result.dispose();
    return (performance.now() - start) / 1000;
  });
  return Math.min(...times);
}
