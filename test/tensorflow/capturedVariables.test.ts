import { beforeAll, describe, expect, it } from 'vitest';
import tf from '../../src/tensorflow/backend/tf.js';
import { minimizing, modes, type Run, refusedRun, squares } from './refusing.js';

describe.each(modes)('in mode %s, a variable that is not the program’s', (mode) => {
  let outer: tf.Variable;
  beforeAll(() => {
    outer = tf.variable(tf.tensor1d([1, 2, 3]), true, `outer-${mode}`);
  });
  const uses: readonly (readonly [string, Run])[] = [
    ['in an op', ({ x }) => ({ y: tf.add(x, outer) })],
    ['in a method', ({ x }) => ({ y: outer.mul(x) })],
    ['copied', ({ x }) => ({ y: tf.add(x, outer.clone()) })],
    ['reshaped', ({ x }) => ({ y: tf.add(x, tf.reshape(outer, [1, 3])) })],
    ['in a list', ({ x }) => ({ y: tf.stack([x, outer]) })],
    ['read', ({ x }) => ({ y: tf.mul(x, outer.dataSync()[0]!) })],
    ['read as a list', ({ x }) => ({ y: tf.mul(x, (outer.arraySync() as number[])[0]!) })],
    ['in a loss', minimizing({}, (step) => () => tf.sum(tf.mul(step.variables.w, outer)))],
    ['returned', () => ({ y: outer })],
    [
      'assigned',
      (_, step) => {
        step.assign('w', outer);
        return {};
      },
    ],
    [
      'set',
      ({ x }) => {
        outer.assign(x as tf.Tensor1D);
        return {};
      },
    ],
  ];
  it.each(uses)('is refused by its name: %s', (_, run) => {
    expect(refusedRun(mode, run)).toMatch(
      new RegExp(
        `^entry work uses the tf.Variable outer-${mode}, which is not the program's: .*\`variables\``,
      ),
    );
    expect([...outer.dataSync()]).toEqual([1, 2, 3]);
  });

  it('is refused before it was ever used, and as a learning rate', () => {
    const fresh = tf.variable(tf.scalar(0.1), false, `rate-${mode}`);
    expect(refusedRun(mode, minimizing({ learningRate: fresh }))).toContain(`tf.Variable rate-${mode}`);
    expect(refusedRun(mode, () => ({ y: fresh }))).toContain(`tf.Variable rate-${mode}`);
    fresh.dispose();
  });

  it('is refused where it is the weight of a tf.layers model', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [3], name: `dense_${mode}` })],
    });
    const message = refusedRun(mode, ({ x }) => ({ y: model.apply(tf.reshape(x, [1, 3])) }));
    expect(message).toContain(`uses the tf.Variable dense_${mode}/kernel`);
    model.dispose();
  });

  it('and the program’s own set by tfjs are told apart', () => {
    const own: Run = ({ x }, step) => {
      (step.variables.w as tf.Variable).assign(x);
      return {};
    };
    expect(refusedRun(mode, own)).toMatch(/variable w was set by tfjs' own assign .* use step\.assign/);
    const optimizer = tf.train.sgd(0.1);
    const theirs: Run = (_, step) => {
      optimizer.minimize(squares(step), false, [step.variables.w as tf.Variable]);
      return {};
    };
    expect(refusedRun(mode, theirs)).toMatch(/variable w was set by tfjs' own assign or optimizer/);
  });
});
