import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import type { SizedProgram } from '../../src/tensorflow/export/sizedProgram.js';
import type { Entry, HostArray, Named } from '../../src/tensorflow/spec/program.js';

type Run = (x: tf.Tensor3D, batch: number, time: number) => Named<Tensor>;

/** A program of rows `[batch, time, 3]` whose entries use their sizes as they like. */
export function sizedRows(entries: Named<Run>, open: readonly string[] = ['batch', 'time']): SizedProgram {
  const variables: Named<HostArray> = {};
  const entry = (run: Run, batch: number, time: number): Entry => ({
    inputs: { x: { shape: [batch, time, 3], dtype: 'float32' } },
    run: ({ x }) => run(x as tf.Tensor3D, batch, time),
  });
  return {
    sizes: { batch: 1, time: 4 },
    open,
    at: ({ batch, time }) => ({
      variables,
      entries: Object.fromEntries(
        Object.entries(entries).map(([name, run]) => [name, entry(run, batch!, time!)]),
      ),
    }),
  };
}

/** Uses of sizes that stay right at all of them. */
export const anySize: Named<Run> = {
  rows: (x, batch, time) => ({
    rows: tf.reshape(x, [batch * time, 3]),
    same: tf.reshape(x, [batch, time, 1, 3]),
  }),
  left: (x, batch) => ({ row: tf.reshape(x, [batch, -1]) }),
  last: (x, batch, time) => ({
    last: tf.slice(x, [0, time - 1, 0], [batch, 1, 3]),
    others: tf.slice(x, [0, 0, 1], [batch, time - 1, 2]),
    behind: tf.slice(x, [0, 1, 0], [batch, time - 1, 3]),
  }),
  split: (x, _batch, time) => {
    const [before, last] = tf.split(x, [time - 1, 1], 1) as [Tensor, Tensor];
    return { before, last };
  },
  constants: (x, batch, time) => ({
    longer: tf.concat([tf.fill([batch, 2, 3], 0.5), x], 1),
    area: tf.mul(tf.fill([batch * time + 1, 2], 7), tf.mean(x)),
    zeros: tf.zeros([batch, 5]),
  }),
  repeated: (x, batch, time) => ({ tiled: tf.tile(tf.reshape(tf.mean(x), [1, 1]), [batch, 2 * time]) }),
};
