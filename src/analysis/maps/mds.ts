import { ForeframeError } from '../../common/errors.js';
import { Random } from '../../common/random.js';
import { checkCount, checkMatrix, checkPositive } from '../algebra/checks.js';
import { type DoubleMatrix, type Matrix, zeros } from '../algebra/matrix.js';
import { smacof } from './smacof.js';

export interface MdsSettings {
  readonly dimensions?: number;
  /** How many random starts; the one of least stress is kept. */
  readonly starts?: number;
  readonly seed?: number;
  readonly maxIterations?: number;
  /** Stop where stress falls by less than this share of half the sum of squared distances. */
  readonly tolerance?: number;
  /** What `fit` is given: points, whose Euclidean distances are taken, or the distances themselves. */
  readonly input?: 'points' | 'distances';
}

export interface FittedMds {
  /** `[rows, dimensions]` */
  readonly embedding: DoubleMatrix;
  /** Raw stress: squared differences between wanted and found distances, summed over pairs. */
  readonly stress: number;
  /** `√(stress ÷ sum over pairs of squared found distances)`: Kruskal's stress-1. */
  readonly normalisedStress: number;
  readonly iterations: number;
}

/**
 * Metric multidimensional scaling by SMACOF: points in few dimensions with, as nearly as can be, the given distances;
 * scikit-learn's `smacof`. Memory: 16·rows² bytes; 3,000 rows or fewer are sensible.
 */
export class Mds {
  readonly settings: Readonly<Required<MdsSettings>>;

  constructor(settings: MdsSettings = {}) {
    const { dimensions = 2, starts = 4, seed = 0 } = settings;
    const { maxIterations = 300, tolerance = 1e-6, input = 'points' } = settings;
    checkCount('Mds', 'dimensions', dimensions);
    checkCount('Mds', 'starts', starts);
    checkCount('Mds', 'maxIterations', maxIterations);
    checkPositive('Mds', 'tolerance', tolerance);
    this.settings = { dimensions, starts, seed, maxIterations, tolerance, input };
  }

  /** @param start go from these points instead of random ones, `[rows, dimensions]` */
  fit(x: Matrix, start?: DoubleMatrix): FittedMds {
    checkMatrix('Mds', x);
    if (x.rows < 2) throw new ForeframeError('Mds: one row has no distances: give two or more');
    const wanted = this.settings.input === 'points' ? distancesOf(x) : checkedDistances(x);
    const { dimensions, starts, seed } = this.settings;
    if (start && (start.rows !== x.rows || start.data.length !== x.rows * start.columns))
      throw new ForeframeError(`Mds: the start has ${start.rows} points where X has ${x.rows} rows`);
    if (start) return smacof(wanted, start, this.settings);
    const random = Random.for(seed, 'mds');
    const fits = Array.from({ length: starts }, () =>
      smacof(wanted, randomPoints(x.rows, dimensions, random), this.settings),
    );
    return fits.reduce((best, fit) => (fit.stress < best.stress ? fit : best));
  }
}

function randomPoints(rows: number, columns: number, random: Random): DoubleMatrix {
  return { rows, columns, data: Float64Array.from({ length: rows * columns }, () => random.uniform()) };
}

/** Euclidean distances between all rows, `[rows, rows]`. */
export function distancesOf({ rows, columns, data }: Matrix): DoubleMatrix {
  const result = zeros(rows, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let f = 0; f < columns; f++) square += (data[i * columns + f]! - data[j * columns + f]!) ** 2;
      result.data[i * rows + j] = result.data[j * rows + i] = Math.sqrt(square);
    }
  }
  return result;
}

function checkedDistances(x: Matrix): DoubleMatrix {
  if (x.rows !== x.columns)
    throw new ForeframeError(`Mds: distances must be square, not ${x.rows} × ${x.columns}`);
  const data = Float64Array.from(x.data);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [data[i * x.rows + j]!, data[j * x.rows + i]!];
      if (a < 0 || Math.abs(a - b) > 1e-8 * Math.max(a, b) || (i === j && a !== 0))
        throw new ForeframeError(
          `Mds: ${a} and ${b} between rows ${i} and ${j} are not a distance both ways`,
        );
    }
  }
  return { rows: x.rows, columns: x.rows, data };
}
