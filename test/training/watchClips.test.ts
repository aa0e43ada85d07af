import { beforeAll, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { predictionStep } from '../../src/methods/prediction/predictionStep.js';
import { watchClips } from '../../src/methods/prediction/watchClips.js';
import { createModel, frameStackConfig, pgnConfig } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor5D } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';

beforeAll(async () => {
  await loadTensorFlow();
});

const frame = { height: 8, width: 8, channels: 1 };
const pgn = createModel(pgnConfig.parse({ name: 'pgn', filters: [3], lstm: 4 }), frame);
const parameters = () =>
  Object.fromEntries(
    Object.entries(pgn.parameters(2)).map(([name, { shape }]) => [
      name,
      tf.randomNormal([...shape], 0, 0.3, 'float32', name.length),
    ]),
  );
const clips = () => tf.randomUniform([2, 5, 8, 8, 1], 0, 1, 'float32', 5) as Tensor5D;

it('does not look at the true frames that the model has to expect itself', async () => {
  const [weights, watched] = [parameters(), clips()];
  const other = tf.concat(
    [tf.slice(watched, [0, 0, 0, 0, 0], [2, 3, 8, 8, 1]), tf.zeros([2, 2, 8, 8, 1])],
    1,
  ) as Tensor5D;
  const outputs = await Promise.all([watched, other].map((each) => watchClips(pgn, weights, each, 2).data()));
  expect(outputs[0]).toEqual(outputs[1]);
  expect(outputs[0]).toHaveLength(2 * 5 * 64);
  const teacherForced = await watchClips(pgn, weights, watched, 0).data();
  // Up to the first prediction of its own it has seen the same; then no more.
  const perClip = 5 * 64;
  expect([...outputs[0]!.slice(0, 3 * 64)]).toEqual([...teacherForced.slice(0, 3 * 64)]);
  expect([...outputs[0]!.slice(3 * 64, perClip)]).not.toEqual([...teacherForced.slice(3 * 64, perClip)]);
});

it('watches its own predictions as a rollout does', async () => {
  const [weights, watched] = [parameters(), clips()];
  const outputs = watchClips(pgn, weights, watched, 2);
  const seen = pgn.watch(weights, tf.slice(watched, [0, 0, 0, 0, 0], [2, 3, 8, 8, 1]), pgn.initialState(2));
  const last = tf.slice(seen.prediction, [0, 2, 0, 0, 0], [2, 1, 8, 8, 1]);
  const next = pgn.watch(weights, tf.clipByValue(last, 0, 1), seen.state).prediction;
  expect(await tf.slice(outputs, [0, 3, 0, 0, 0], [2, 1, 8, 8, 1]).data()).toEqual(await next.data());
});

it('trains compiled as it does op by op', () => {
  const model = createModel(frameStackConfig.parse({ name: 'frame-stack', channels: 4, blocks: 1 }), frame);
  const optimizer = { kind: 'sgd', momentum: 0 } as const;
  const settings = { optimizer, predict: 'every', target: 'next', rollout: 2 } as const;
  const spec = {
    variables: model.parameters(1),
    entries: { train: predictionStep(model, { batch: 2, steps: 4 }, settings) },
  };
  const bytes = Uint8Array.from({ length: 2 * 5 * 64 }, (_, i) => (i * 37) % 256);
  const losses = (['graph', 'eager'] as const).map((mode) => {
    const program = compile(spec, { mode });
    const run = () => required(program.run('train', { clips: bytes, learningRate: 0.1 }), 'loss').data[0]!;
    return Array.from({ length: 5 }, run);
  });
  losses[0]!.forEach((loss, step) => {
    expect(loss).toBeCloseTo(losses[1]![step]!, 5);
  });
  expect(losses[0]![4]).toBeLessThan(losses[0]![0]!);
});
