import { columnMeans, columnVariances } from '../algebra/centre.js';
import { checkFeatures, checkMatrix } from '../algebra/checks.js';
import { emptyLike, type Matrix } from '../algebra/matrix.js';

/**
 * Columns of mean 0 and standard deviation 1 (divided by the number of rows), as scikit-learn's `StandardScaler`. A constant
 * column becomes 0. Fit it on the training split only, and transform the others with what it found there.
 */
export class StandardScaler {
  readonly settings = {} as const;

  fit(x: Matrix): FittedStandardScaler {
    checkMatrix('StandardScaler', x);
    const means = columnMeans(x);
    const deviations = columnVariances(x, means).map((variance, j) => {
      // A constant column has a tiny spread by rounding of the mean, which is ignored.
      const noise = x.rows * 2 ** -52 * variance + (x.rows * means[j]! * 2 ** -52) ** 2;
      return variance <= noise ? 1 : Math.sqrt(variance);
    });
    return new FittedStandardScaler(means, deviations);
  }
}

export class FittedStandardScaler {
  readonly means: Float64Array;
  /** 1 for constant columns. */
  readonly deviations: Float64Array;

  constructor(means: Float64Array, deviations: Float64Array) {
    this.means = means;
    this.deviations = deviations;
  }

  /** A standardised copy, in the precision of `x`. */
  transform(x: Matrix): Matrix {
    checkFeatures('StandardScaler', x, this.means.length);
    const { rows, columns, data: from } = x;
    const { means, deviations } = this;
    const data = emptyLike(x);
    for (let i = 0, at = 0; i < rows; i++)
      for (let j = 0; j < columns; j++, at++) data[at] = (from[at]! - means[j]!) / deviations[j]!;
    return { rows, columns, data };
  }
}
