import { afterAll, describe, expect, it } from 'vitest';
import { eachOf } from '../../src/common/eachOf.js';
import { momentsOf } from '../../src/nn/batchNorm.js';
import { consistency } from '../../src/objectives/answers/consistency.js';
import { crossEntropy } from '../../src/objectives/answers/crossEntropy.js';
import { klDivergence } from '../../src/objectives/answers/klDivergence.js';
import { posteriorEntropy } from '../../src/objectives/answers/posteriorEntropy.js';
import { adversarialStep, answerDivergence } from '../../src/objectives/answers/virtualAdversarial.js';
import { maxMinCrossEntropy } from '../../src/objectives/rendering/maxMin.js';
import { momentMatching } from '../../src/objectives/rendering/momentMatching.js';
import { nonNegativity } from '../../src/objectives/rendering/nonNegativity.js';
import { reconstructionLoss } from '../../src/objectives/rendering/reconstruction.js';
import { renderingPathNormalization } from '../../src/objectives/rendering/renderingPath.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor, type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { loadWasm } from '../../src/tensorflow/backend/wasm/wasm.js';

const { backend } = await loadTensorFlow();
await loadWasm();
afterAll(() => tf.setBackend(backend));

const value = (x: Tensor) => x.dataSync()[0]!;
/** Logits of these posteriors. */
const logits = (rows: number[][]) => tf.log(tf.tensor2d(rows)) as tf.Tensor2D;
/** A loss of two sets of logits pulls at the first alone. */
function expectGradientIntoFirst(
  loss: (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Scalar,
  first: tf.Tensor2D,
  second: tf.Tensor2D,
) {
  // tfjs refuses to differentiate by what a loss does not depend on: zero times the second keeps it in.
  const [into, from] = tf.grads((a: Tensor, b: Tensor) =>
    tf.add(loss(a as tf.Tensor2D, b as tf.Tensor2D), tf.mul(tf.sum(b), 0)),
  )([first, second]);
  expect(value(tf.max(tf.abs(into!)))).toBeGreaterThan(0);
  expect(value(tf.max(tf.abs(from!)))).toBe(0);
}
const labels = (...all: number[]) => tf.tensor1d(all, 'int32');

describe.each(backend === 'tensorflow' ? ['tensorflow', 'wasm'] : ['wasm'])(
  'losses of the rendering model on %s',
  (name) => {
    const on = (use: () => void) => async () => {
      await tf.setBackend(name);
      tf.engine().startScope();
      use();
      tf.engine().endScope();
    };

    it(
      'cross-entropy counts pictures with a label alone',
      on(() => {
        const said = logits([
          [0.5, 0.5],
          [0.25, 0.75],
          [0.9, 0.1],
        ]);
        expect(value(crossEntropy(said, labels(0, 1, -1)))).toBeCloseTo(
          -(Math.log(0.5) + Math.log(0.75)) / 2,
          5,
        );
        expect(value(crossEntropy(said, labels(-1, -1, -1)))).toBeCloseTo(0, 6);
        const other = logits([
          [0.2, 0.8],
          [0.5, 0.5],
          [0.5, 0.5],
        ]);
        const [max, min] = eachOf([said, other], (each) => value(crossEntropy(each, labels(0, 1, 1))));
        expect(value(maxMinCrossEntropy(said, other, labels(0, 1, 1)))).toBeCloseTo((max + min) / 2, 5);
      }),
    );

    it(
      'the KL divergence is 0 at the prior, and the entropy its opposite',
      on(() => {
        const said = logits([
          [0.5, 0.25, 0.25],
          [0.2, 0.2, 0.6],
        ]);
        expect(value(klDivergence(logits([[0.5, 0.25, 0.25]]), [0.5, 0.25, 0.25]))).toBeCloseTo(0, 5);
        expect(value(klDivergence(said, [0.5, 0.25, 0.25]))).toBeCloseTo(
          (0.2 * Math.log(0.2 / 0.5) + 0.2 * Math.log(0.2 / 0.25) + 0.6 * Math.log(0.6 / 0.25)) / 2,
          5,
        );
        expect(value(klDivergence(said)) + value(posteriorEntropy(said))).toBeCloseTo(Math.log(3), 5);
      }),
    );

    it(
      'reconstruction, non-negativity and consistency are their formulas',
      on(() => {
        expect(value(reconstructionLoss(tf.tensor1d([1, 0]), tf.tensor1d([0, 2])))).toBeCloseTo(1.25, 5);
        expect(value(nonNegativity([tf.tensor1d([1, -2]), tf.tensor1d([-1, 3, 0, 0])]))).toBeCloseTo(2.25, 5);
        const [student, teacher] = [logits([[0.5, 0.5]]), logits([[0.9, 0.1]])];
        expect(value(consistency(student, teacher))).toBeCloseTo(0.16, 5);
        expectGradientIntoFirst(consistency, student, teacher);
      }),
    );

    it(
      'answers nearby cost what they lose, and no gradient goes into the given ones',
      on(() => {
        const [given, nearby] = [logits([[0.5, 0.5]]), logits([[0.9, 0.1]])];
        const lost = 0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.1);
        expect(value(answerDivergence(given, nearby))).toBeCloseTo(lost, 5);
        expectGradientIntoFirst((q, p) => answerDivergence(p, q), nearby, given);
      }),
    );

    it(
      'the adversarial step goes where the answer changes fastest, as far as it is told beside the length of the picture',
      on(() => {
        const weights = [3, 0, -4, 0];
        // Two classes of a linear classifier: nothing but the direction of its weights changes the answer.
        const read = (x: Tensor4D) =>
          tf.matMul(
            tf.reshape(x, [-1, 4]),
            tf.tensor2d(
              weights.map((w) => [w, 0]),
              [4, 2],
            ),
          ) as tf.Tensor2D;
        // Of length 3 and 5.
        const x = tf.tensor4d([1, 2, 0, 2, 0, 3, 4, 0], [2, 2, 2, 1]);
        const start = tf.randomNormal(x.shape, 0, 1, 'float32', 1) as Tensor4D;
        const steps = adversarialStep(read, x, read(x), start, 0.5).dataSync();
        for (const [picture, pictureLength] of [3, 5].entries()) {
          const step = steps.slice(picture * 4, picture * 4 + 4);
          const sign = Math.sign(step[0]!);
          step.forEach((length, i) => {
            expect(sign * length).toBeCloseTo((0.5 * pictureLength * weights[i]!) / 5, 3);
          });
        }
      }),
    );

    it(
      'moments match where mean and variance do',
      on(() => {
        const seen = tf.randomNormal([4, 3, 3, 2], 0, 1, 'float32', 1) as Tensor4D;
        expect(value(momentMatching([tf.reverse(seen, 0)], [momentsOf(seen)]))).toBeCloseTo(0, 5);
        // Shifted by d: ½ d² / v; the mean over channels of variance v.
        const variance = tf.moments(seen, [0, 1, 2]).variance.dataSync();
        const expected = (0.5 * (1 / (variance[0]! + 1e-3) + 1 / (variance[1]! + 1e-3))) / 2;
        expect(value(momentMatching([tf.add(seen, 1)], [seen]))).toBeCloseTo(expected, 4);
      }),
    );

    it(
      'the rendering path costs what its units differ from those of an empty picture, by the bias',
      on(() => {
        const units = tf.tensor4d([1, 2, 3, 4], [2, 1, 1, 2]);
        const empty = tf.tensor4d([0, 0, 1, 1, 5, 5], [3, 1, 1, 2]);
        const classes = tf.tensor2d([
          [0, 1, 0],
          [0, 0, 1],
        ]);
        const cost = renderingPathNormalization([tf.tensor1d([1, -2])], [units], [empty], classes);
        // |1 − 1| · 1, |2 − 1| · 2, |3 − 5| · 1, |4 − 5| · 2
        expect(value(cost)).toBeCloseTo((0 + 2 + 2 + 2) / 4, 5);
      }),
    );
  },
);
