import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Scalar, type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import type { HostArray, Named, ProgramSpec } from '../../src/tensorflow/spec/program.js';

/** Whether native TensorFlow computes in this process: without it there are no graphs to test. */
export const native = (await loadTensorFlow()).backend === 'tensorflow';

/** Normally distributed values. */
export function normal(shape: readonly number[], scale: number, seed = 1): HostArray {
  const random = new Random([seed, 2, 3, shape.length + 4]);
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float32Array.from({ length: size }, () => random.normal() * scale) };
}

/** Largest relative difference of two rows of numbers. */
export function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++)
    largest = Math.max(largest, Math.abs(a[i]! - b[i]!) / Math.max(1e-12, Math.abs(b[i]!)));
  return largest;
}

/** Digit-like pictures of ten kinds, each a bright patch at a place of its own among noise. */
export function patches(count: number, seed: number): { pictures: Uint8Array; labels: Int32Array } {
  const random = new Random(seed);
  const pictures = Uint8Array.from({ length: count * 12 * 12 }, () => random.integer(80));
  const labels = Int32Array.from({ length: count }, () => random.integer(10));
  for (let n = 0; n < count; n++)
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 4; x++) {
        const top = 4 * Math.floor(labels[n]! / 4) + y;
        const left = 2 * (labels[n]! % 4) + x;
        pictures[n * 144 + top * 12 + left] = 255 - random.integer(60);
      }
  return { pictures, labels };
}

/** A small classifier in plain tfjs: one convolution, one dense layer. */
export function classifier(batch: number): ProgramSpec {
  const picture = { shape: [batch, 12, 12, 1], dtype: 'uint8' } as const;
  const logits = (pictures: Tensor, v: Named<Tensor>): Tensor => {
    const map = tf.add(
      tf.conv2d(tf.div(pictures, 255) as Tensor4D, v.kernel as Tensor4D, 1, 'same'),
      required(v, 'bias'),
    );
    const pooled = tf.maxPool(tf.relu(map) as Tensor4D, 2, 2, 'valid');
    return tf.add(tf.matMul(tf.reshape(pooled, [batch, -1]), required(v, 'weight')), required(v, 'offset'));
  };
  return {
    variables: {
      kernel: normal([3, 3, 1, 8], 0.3),
      bias: normal([8], 0.1),
      weight: normal([288, 10], 0.06),
      offset: normal([10], 0.1),
    },
    entries: {
      train: {
        inputs: {
          pictures: picture,
          labels: { shape: [batch], dtype: 'int32' },
          rate: { shape: [], dtype: 'float32' },
        },
        run: ({ pictures, labels, rate }, step) =>
          step.minimize(
            () =>
              tf.losses.softmaxCrossEntropy(
                tf.oneHot(labels as tf.Tensor1D, 10),
                logits(pictures!, step.variables),
              ),
            { optimizer: { kind: 'rmsprop' }, learningRate: rate as Scalar },
          ),
      },
      predict: {
        inputs: { pictures: picture },
        run: ({ pictures }, step) => ({ labels: tf.argMax(logits(pictures!, step.variables), 1) }),
      },
    },
  };
}

/** An encoder, an LSTM over time and a decoder, as predictive networks have, all small. */
export function recurrent(): ProgramSpec {
  const [batch, time, side, filters, units] = [3, 4, 8, 4, 6];
  const features = (side / 2) ** 2 * filters;
  const shape = [batch, time, side, side, 1];
  return {
    variables: {
      encoder: normal([3, 3, 1, filters], 0.4),
      input: normal([features + units, 4 * units], 0.1),
      gates: normal([4 * units], 0.1),
      dense: normal([units, features], 0.3),
      decoder: normal([3, 3, filters, 1], 0.3),
    },
    entries: {
      train: {
        inputs: { frames: { shape, dtype: 'float32' }, rate: { shape: [], dtype: 'float32' } },
        run: ({ frames, rate }, step) => {
          const v = step.variables;
          const loss = () => {
            const all = tf.reshape(frames!, [batch * time, side, side, 1]) as Tensor4D;
            const encoded = tf.maxPool(
              tf.relu(tf.conv2d(all, v.encoder as Tensor4D, 1, 'same')),
              2,
              2,
              'same',
            );
            let h: Tensor = tf.zeros([batch, units]);
            let c: Tensor = tf.zeros([batch, units]);
            const steps = tf.unstack(tf.reshape(encoded, [batch, time, features]), 1).map((x) => {
              const [i, f, g, o] = tf.split(
                tf.add(tf.matMul(tf.concat([x, h], 1), required(v, 'input')), required(v, 'gates')),
                4,
                1,
              ) as [Tensor, Tensor, Tensor, Tensor];
              c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
              h = tf.mul(tf.sigmoid(o), tf.tanh(c));
              return h;
            });
            const drawn = tf.relu(
              tf.matMul(tf.reshape(tf.stack(steps, 1), [-1, units]), required(v, 'dense')),
            );
            const small = tf.reshape(drawn, [-1, side / 2, side / 2, filters]) as Tensor4D;
            const large = tf.image.resizeNearestNeighbor(small, [side, side]);
            const next = tf.conv2d(large, v.decoder as Tensor4D, 1, 'same');
            return tf.mean(tf.squaredDifference(next, all)) as Scalar;
          };
          return step.minimize(loss, {
            optimizer: { kind: 'adam' },
            learningRate: rate as Scalar,
            clipNorm: 1,
          });
        },
      },
    },
  };
}
