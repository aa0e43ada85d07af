import { ForeframeError } from '../../common/errors.js';
import {
  checkChoice,
  checkCount,
  checkFeatures,
  checkLength,
  checkMatrix,
  checkPositive,
} from '../algebra/checks.js';
import { checkLabels, type Labels, largestScores } from '../algebra/labels.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import type { Matrix } from '../algebra/matrix.js';
import { type Metric, nearestNeighbours } from '../algebra/neighbours.js';
import { plainAlgebra } from '../algebra/plainAlgebra.js';
import { accuracy } from '../scores/accuracy.js';
import type { Estimator, FittedClassifier } from './estimator.js';

export interface NearestNeighboursSettings {
  readonly neighbours?: number;
  readonly metric?: Metric;
  /** `softmax`: a neighbour's vote is `exp(nearness ÷ temperature)`; `uniform`: one. */
  readonly weights?: 'softmax' | 'uniform';
  readonly temperature?: number;
}

/**
 * Classification by a vote of the nearest training rows. By default 20 neighbours by cosine, weighted by their similarity at
 * temperature 0.07 (Wu et al. 2018, arXiv 1805.01978); `euclidean` and `uniform` is scikit-learn's `KNeighborsClassifier`.
 * Of classes with equal votes the first wins. Memory beside X: twice its size.
 */
export class NearestNeighbours
  implements Estimator<NearestNeighboursSettings, Int32Array, FittedNearestNeighbours>
{
  readonly settings: Readonly<Required<NearestNeighboursSettings>>;
  readonly #algebra: LinearAlgebra;

  constructor(settings: NearestNeighboursSettings = {}, algebra: LinearAlgebra = plainAlgebra) {
    const { neighbours = 20, metric = 'cosine', weights = 'softmax', temperature = 0.07 } = settings;
    checkCount('NearestNeighbours', 'neighbours', neighbours);
    checkChoice('NearestNeighbours', 'metric', metric, ['cosine', 'euclidean']);
    checkChoice('NearestNeighbours', 'weights', weights, ['softmax', 'uniform']);
    checkPositive('NearestNeighbours', 'temperature', temperature);
    this.settings = { neighbours, metric, weights, temperature };
    this.#algebra = algebra;
  }

  fit(x: Matrix, y: Int32Array): FittedNearestNeighbours {
    checkMatrix('NearestNeighbours', x);
    const labels = checkLabels('NearestNeighbours', x, y);
    const { neighbours } = this.settings;
    if (x.rows < neighbours) {
      throw new ForeframeError(
        `NearestNeighbours: ${neighbours} neighbours are asked for but there are ${x.rows} rows: ask for fewer`,
      );
    }
    // A copy: later changes of X do not affect the fit.
    const kept = { ...x, data: x.data.slice() };
    return new FittedNearestNeighbours(this.settings, this.#algebra, kept, labels);
  }
}

export class FittedNearestNeighbours implements FittedClassifier {
  readonly classes: Int32Array;
  readonly #settings: Required<NearestNeighboursSettings>;
  readonly #algebra: LinearAlgebra;
  readonly #x: Matrix;
  readonly #index: Int32Array;

  constructor(
    settings: Required<NearestNeighboursSettings>,
    algebra: LinearAlgebra,
    x: Matrix,
    labels: Labels,
  ) {
    this.classes = labels.classes;
    this.#index = labels.index;
    this.#settings = settings;
    this.#algebra = algebra;
    this.#x = x;
  }

  /** Share of the votes, `[rows, classes]`. */
  scores(x: Matrix): Float64Array {
    checkFeatures('NearestNeighbours', x, this.#x.columns);
    const { neighbours: k, metric, weights, temperature } = this.#settings;
    const { rows, nearness } = nearestNeighbours(this.#algebra, this.#x, x, k, metric);
    const classes = this.classes.length;
    const votes = new Float64Array(x.rows * classes);
    for (let i = 0; i < x.rows; i++) {
      let all = 0;
      for (let place = 0; place < k; place++) {
        const at = i * k + place;
        // Relative to the nearest, so that no exponential overflows.
        const closeness = (nearness[at]! - nearness[i * k]!) / temperature;
        const vote = weights === 'softmax' ? Math.exp(closeness) : 1;
        votes[i * classes + this.#index[rows[at]!]!]! += vote;
        all += vote;
      }
      for (let c = 0; c < classes; c++) votes[i * classes + c]! /= all;
    }
    return votes;
  }

  predict(x: Matrix): Int32Array {
    return largestScores(this.scores(x), this.classes);
  }

  score(x: Matrix, y: Int32Array): number {
    checkLength('NearestNeighbours', x, y);
    return accuracy(y, this.predict(x));
  }
}
