import { ForeframeError } from '../../common/errors.js';
import { required } from '../../common/required.js';
import { checkLength } from './checks.js';
import type { Matrix } from './matrix.js';

export interface Labels {
  /** Ascending. */
  readonly classes: Int32Array;
  /** For every row the place of its label in `classes`. */
  readonly index: Int32Array;
  readonly counts: Int32Array;
}

/** The classes of some labels. */
export function labelsOf(y: Int32Array): Labels {
  const classes = Int32Array.from(new Set(y)).sort();
  const places = new Map(Array.from(classes, (label, place) => [label, place]));
  const index = Int32Array.from(y, (label) => required(places, label));
  const counts = new Int32Array(classes.length);
  for (const place of index) counts[place]!++;
  return { classes, index, counts };
}

/** @throws ForeframeError unless there is a label for every row, of two classes or more. */
export function checkLabels(who: string, x: Matrix, y: Int32Array): Labels {
  if (!(y instanceof Int32Array)) throw new ForeframeError(`${who}: y must hold class labels (Int32Array)`);
  checkLength(who, x, y);
  const labels = labelsOf(y);
  if (labels.classes.length < 2)
    throw new ForeframeError(`${who}: all rows are of class ${y[0]}: there is nothing to distinguish`);
  return labels;
}

/** `n ÷ (classes · rows of the class)`: every class then weighs the same (scikit-learn's `balanced`). */
export function balancedWeights({ index, counts }: Labels): Float64Array {
  return Float64Array.from(counts, (count) => index.length / (counts.length * count));
}

/** The class with the largest score in every row; of equal ones the first. @param scores `[rows, classes]` */
export function largestScores(scores: Float64Array, classes: Int32Array): Int32Array {
  const k = classes.length;
  return Int32Array.from({ length: scores.length / k }, (_, row) => {
    let best = 0;
    for (let c = 1; c < k; c++) if (scores[row * k + c]! > scores[row * k + best]!) best = c;
    return classes[best]!;
  });
}
