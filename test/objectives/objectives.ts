import {
  adversarialLoss,
  discriminatorAccuracy,
  discriminatorLoss,
} from '../../src/objectives/answers/adversarial.js';
import { classBalance } from '../../src/objectives/answers/classBalance.js';
import { consistency, movingAverage } from '../../src/objectives/answers/consistency.js';
import { crossEntropy } from '../../src/objectives/answers/crossEntropy.js';
import { klDivergence } from '../../src/objectives/answers/klDivergence.js';
import { posteriorEntropy } from '../../src/objectives/answers/posteriorEntropy.js';
import { pseudoLabel, sureCrossEntropy } from '../../src/objectives/answers/pseudoLabel.js';
import { sharpened } from '../../src/objectives/answers/sharpened.js';
import { softCrossEntropy } from '../../src/objectives/answers/softCrossEntropy.js';
import { adversarialStep, answerDivergence } from '../../src/objectives/answers/virtualAdversarial.js';
import { absoluteGradient, meanAbsoluteGradient } from '../../src/objectives/images/absoluteGradient.js';
import { decibels } from '../../src/objectives/images/decibels.js';
import { meanAbsoluteError } from '../../src/objectives/images/meanAbsoluteError.js';
import { meanSquaredError } from '../../src/objectives/images/meanSquaredError.js';
import { peakSignalToNoise } from '../../src/objectives/images/peakSignalToNoise.js';
import { sharpness } from '../../src/objectives/images/sharpness.js';
import { squaredError } from '../../src/objectives/images/squaredError.js';
import { structuralSimilarity } from '../../src/objectives/images/structuralSimilarity.js';
import { maxMinCrossEntropy } from '../../src/objectives/rendering/maxMin.js';
import { momentMatching } from '../../src/objectives/rendering/momentMatching.js';
import { nonNegativity } from '../../src/objectives/rendering/nonNegativity.js';
import { reconstructionLoss } from '../../src/objectives/rendering/reconstruction.js';
import { renderingPathNormalization } from '../../src/objectives/rendering/renderingPath.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';

/** A function of src/objectives, as the battery tries it. */
export interface Objective {
  readonly name: string;
  /** Below src/objectives, without its ending. */
  readonly file: string;
  readonly shapes: readonly (readonly number[])[];
  // biome-ignore lint/suspicious/noExplicitAny: each takes tensors of ranks of its own
  readonly of: (...xs: any[]) => Tensor;
  /** So many of the last inputs are no place for gradients: one-hot classes, or all of them where it only counts. */
  readonly constants?: number;
  /** Inputs that gradients go into, where that is not all but the constants. */
  readonly moves?: number;
  /** Fills of the inputs that it is infinite for, as its doc comment says. */
  readonly infinite?: readonly string[];
  /** Worked out by hand, from the formula in the doc comment; scikit-image's and NumPy's are in metrics.test.ts. */
  readonly known: {
    readonly given: readonly (readonly number[])[];
    readonly value: number | readonly number[];
  };
}

const logs = (...posteriors: number[]) => posteriors.map(Math.log);
const { log } = Math;
const labels = () => tf.tensor1d([1, -1], 'int32');
/** The lower right value changes by 6 from above and by 4 from the left. */
const stairs = [1, 2, 4, 8];
const frame = [1, 2, 2, 1];
const flat = (level: number) => new Array<number>(144).fill(level);

/** These fill all inputs alike. */
const LARGE = ['large, of either sign', 'the same one far above'];

export const objectives: readonly Objective[] = [
  {
    name: 'adversarialLoss',
    file: 'answers/adversarial',
    shapes: [[1, 2]],
    of: adversarialLoss,
    known: { given: [logs(0.75, 0.25)], value: -log(0.25) },
  },
  {
    name: 'discriminatorLoss',
    file: 'answers/adversarial',
    shapes: [
      [1, 2],
      [1, 2],
    ],
    of: discriminatorLoss,
    known: { given: [logs(0.2, 0.8), logs(0.75, 0.25)], value: -(log(0.8) + log(0.75)) / 2 },
  },
  {
    name: 'discriminatorAccuracy',
    file: 'answers/adversarial',
    shapes: [
      [2, 2],
      [2, 2],
    ],
    of: discriminatorAccuracy,
    constants: 2,
    // One of two real frames is taken for real, and neither of the generated ones.
    known: { given: [logs(0.2, 0.8, 0.6, 0.4), logs(0.75, 0.25, 0.5, 0.5)], value: 0.75 },
  },
  {
    name: 'classBalance',
    file: 'answers/classBalance',
    shapes: [[2, 2]],
    of: classBalance,
    known: { given: [logs(0.5, 0.5, 0.9, 0.1)], value: 0.7 * log(1.4) + 0.3 * log(0.6) },
  },
  {
    name: 'consistency',
    file: 'answers/consistency',
    shapes: [
      [1, 2],
      [1, 2],
    ],
    of: consistency,
    moves: 1,
    known: { given: [logs(0.5, 0.5), logs(0.9, 0.1)], value: 0.4 ** 2 },
  },
  {
    name: 'movingAverage',
    file: 'answers/consistency',
    shapes: [[2], [2]],
    of: (average, value) => movingAverage(average, value, 0.9),
    known: {
      given: [
        [1, 2],
        [3, 0],
      ],
      value: [1.2, 1.8],
    },
  },
  {
    name: 'crossEntropy',
    file: 'answers/crossEntropy',
    shapes: [[2, 2]],
    of: (logits) => crossEntropy(logits, labels()),
    // The second one has no label.
    known: { given: [logs(0.75, 0.25, 0.9, 0.1)], value: -log(0.25) },
  },
  {
    name: 'klDivergence',
    file: 'answers/klDivergence',
    shapes: [[1, 3]],
    of: (logits) => klDivergence(logits),
    known: { given: [logs(0.5, 0.25, 0.25)], value: log(3) - 1.5 * log(2) },
  },
  {
    name: 'posteriorEntropy',
    file: 'answers/posteriorEntropy',
    shapes: [[1, 3]],
    of: posteriorEntropy,
    known: { given: [logs(0.5, 0.25, 0.25)], value: 1.5 * log(2) },
  },
  {
    name: 'sharpened',
    file: 'answers/sharpened',
    shapes: [[2, 2]],
    constants: 1,
    of: (probabilities) => sharpened(probabilities, 0.5),
    // Squares, divided by their sum.
    known: { given: [[0.75, 0.25, 0.5, 0.5]], value: [0.9, 0.1, 0.5, 0.5] },
  },
  {
    name: 'softCrossEntropy',
    file: 'answers/softCrossEntropy',
    shapes: [
      [2, 2],
      [2, 2],
    ],
    moves: 2,
    of: (given, logits) => softCrossEntropy(given, logits),
    known: {
      given: [
        [1, 0, 0.5, 0.5],
        [...logs(0.25, 0.75), ...logs(0.5, 0.5)],
      ],
      value: (log(4) + log(2)) / 2,
    },
  },
  {
    name: 'pseudoLabel',
    file: 'answers/pseudoLabel',
    shapes: [[2, 2]],
    of: (logits) => pseudoLabel(logits, 0.55),
    known: { given: [logs(0.9, 0.1, 0.54, 0.46)], value: -log(0.9) / 2 },
  },
  {
    name: 'sureCrossEntropy',
    file: 'answers/pseudoLabel',
    shapes: [
      [2, 2],
      [2, 2],
    ],
    moves: 1,
    of: (given, logits) => sureCrossEntropy(given, logits, 0.55),
    known: {
      given: [
        [...logs(0.9, 0.1), ...logs(0.54, 0.46)],
        [...logs(0.25, 0.75), ...logs(0.5, 0.5)],
      ],
      value: -log(0.25) / 2,
    },
  },
  {
    name: 'answerDivergence',
    file: 'answers/virtualAdversarial',
    shapes: [
      [1, 2],
      [1, 2],
    ],
    of: answerDivergence,
    moves: 1,
    known: { given: [logs(0.5, 0.5), logs(0.9, 0.1)], value: (log(0.5 / 0.9) + log(0.5 / 0.1)) / 2 },
  },
  {
    name: 'adversarialStep',
    file: 'answers/virtualAdversarial',
    shapes: [frame, frame],
    // A classifier that looks at the first value against none: half the length of the image, in its direction.
    of: (x, start) => {
      const first = (image: Tensor) => tf.slice(tf.reshape(image, [1, 4]), [0, 0], [1, 1]);
      const read = (image: Tensor) => tf.concat([first(image), tf.zerosLike(first(image))], 1) as tf.Tensor2D;
      return tf.abs(adversarialStep(read, x, read(x), start, 0.5));
    },
    constants: 2,
    known: {
      given: [
        [0, 3, 4, 0],
        [1, 1, 1, 1],
      ],
      value: [2.5, 0, 0, 0],
    },
  },
  {
    name: 'absoluteGradient',
    file: 'images/absoluteGradient',
    shapes: [frame],
    of: absoluteGradient,
    known: { given: [stairs], value: 10 },
  },
  {
    name: 'meanAbsoluteGradient',
    file: 'images/absoluteGradient',
    shapes: [[1, 2, 3, 1]],
    of: meanAbsoluteGradient,
    // |3 − 1| + |3 − 0| and |5 − 1| + |5 − 3|.
    known: { given: [[0, 1, 1, 0, 3, 5]], value: (5 + 6) / 2 },
  },
  {
    name: 'decibels',
    file: 'images/decibels',
    shapes: [[2]],
    // Of errors, which are not negative: 0 is said to be infinite.
    of: (error) => decibels(tf.add(tf.abs(error), 1e-3)),
    known: { given: [[0.099, 0.999]], value: [10, 0] },
  },
  {
    name: 'meanAbsoluteError',
    file: 'images/meanAbsoluteError',
    shapes: [frame, frame],
    of: meanAbsoluteError,
    known: {
      given: [
        [0, 0.5, 1, 0],
        [0.5, 0.5, 0, 0],
      ],
      value: 1.5 / 4,
    },
  },
  {
    name: 'meanSquaredError',
    file: 'images/meanSquaredError',
    shapes: [[4], [4]],
    of: meanSquaredError,
    known: {
      given: [
        [0, 0.5, 1, 0],
        [0.5, 0.5, 0, 0],
      ],
      value: 1.25 / 4,
    },
  },
  {
    name: 'peakSignalToNoise',
    file: 'images/peakSignalToNoise',
    shapes: [frame, frame],
    of: peakSignalToNoise,
    infinite: ['all 0', 'all 1', ...LARGE],
    known: {
      given: [
        [0, 0, 0, 0],
        [0.1, 0.1, 0.1, 0.1],
      ],
      value: 20,
    },
  },
  {
    name: 'sharpness',
    file: 'images/sharpness',
    shapes: [frame, frame],
    of: sharpness,
    infinite: ['all 0', 'all 1', '0 and 1', ...LARGE],
    known: { given: [[0, 0, 0, 0], stairs.map((value) => value / 100)], value: 10 },
  },
  {
    name: 'squaredError',
    file: 'images/squaredError',
    shapes: [frame, frame],
    of: squaredError,
    known: {
      given: [
        [0, 0.5, 1, 0],
        [0.5, 0.5, 0, 0],
      ],
      value: 1.25,
    },
  },
  {
    name: 'structuralSimilarity',
    file: 'images/structuralSimilarity',
    shapes: [
      [1, 12, 12, 1],
      [1, 12, 12, 1],
    ],
    of: structuralSimilarity,
    // Without structure the luminance is left.
    known: { given: [flat(0.5), flat(0.25)], value: (0.25 + 1e-4) / (0.3125 + 1e-4) },
  },
  {
    name: 'maxMinCrossEntropy',
    file: 'rendering/maxMin',
    shapes: [
      [2, 2],
      [2, 2],
    ],
    of: (max, min) => maxMinCrossEntropy(max, min, labels()),
    known: {
      given: [logs(0.75, 0.25, 0.5, 0.5), logs(0.5, 0.5, 0.5, 0.5)],
      value: -(log(0.25) + log(0.5)) / 2,
    },
  },
  {
    name: 'momentMatching',
    file: 'rendering/momentMatching',
    shapes: [frame, frame],
    of: (rendered, inferred) => momentMatching([rendered], [inferred]),
    moves: 1,
    // Means 0 and 1, variances 1.
    known: {
      given: [
        [-1, 1, -1, 1],
        [0, 2, 2, 0],
      ],
      value: 0.5 / 1.001,
    },
  },
  {
    name: 'nonNegativity',
    file: 'rendering/nonNegativity',
    shapes: [[8], [8]],
    of: (...maps) => nonNegativity(maps),
    known: {
      given: [
        [1, -2, 0, 0, 0, 0, 0, 0],
        [-1, 3, 0, 0, 0, 0, 0, 0],
      ],
      value: 4 / 8 + 1 / 8,
    },
  },
  {
    name: 'reconstructionLoss',
    file: 'rendering/reconstruction',
    shapes: [[2], [2]],
    of: reconstructionLoss,
    known: {
      given: [
        [1, 0],
        [0, 2],
      ],
      value: (1 + 4) / 2 / 2,
    },
  },
  {
    name: 'renderingPathNormalization',
    file: 'rendering/renderingPath',
    shapes: [[2], [2, 1, 1, 2], [3, 1, 1, 2], [2, 3]],
    of: (shift, units, empty, classes) => renderingPathNormalization([shift], [units], [empty], classes),
    constants: 1,
    // |1 − 1| · 1, |2 − 1| · 2, |3 − 5| · 1 and |4 − 5| · 2.
    known: {
      given: [
        [1, -2],
        [1, 2, 3, 4],
        [0, 0, 1, 1, 5, 5],
        [0, 1, 0, 0, 0, 1],
      ],
      value: (0 + 2 + 2 + 2) / 4,
    },
  },
];
