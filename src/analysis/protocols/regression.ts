import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import { type DoubleMatrix, zeros } from '../algebra/matrix.js';
import type { LatentRows } from '../latents/latentsFile.js';
import type { BootstrapOptions, Interval } from '../scores/bootstrap.js';
import {
  checkSameWidth,
  clipRows,
  type LatentVariable,
  layerRows,
  rowsAtTime,
  timesOf,
  variableRows,
  variablesOf,
} from './latentTable.js';
import { checkVaries, ridgeProbe } from './ridgeProbe.js';
import { bootstrapDraws, type RegressionErrors, rSquaredIntervals } from './rSquaredByClip.js';

export interface RegressionOptions extends Pick<BootstrapOptions, 'draws' | 'seed'> {
  /** All layers of the training table by default. */
  readonly layers?: readonly string[];
  /** All times of the test table by default. */
  readonly times?: readonly number[];
  /** All latent variables of the training table by default. */
  readonly variables?: readonly LatentVariable[];
  readonly algebra?: LinearAlgebra;
  readonly onCell?: (done: number, all: number) => void;
}

/** How well a latent variable can be read linearly from one layer at one time, on clips that the regression did not see. */
export interface VariableScore {
  readonly layer: string;
  readonly time: number;
  readonly variable: string;
  /** Mean over components. */
  readonly r2: Interval;
  readonly components: readonly {
    readonly column: string;
    readonly r2: Interval;
    readonly penalty: number;
  }[];
  /** Of the test rows at that time, in the order of the table: what paired differences are drawn from. */
  readonly errors: RegressionErrors;
  readonly trainRows: number;
}

/**
 * Latent variables regressed on latents, layer by layer and time by time (SCIENCE 7): ridge regression on latents standardised
 * on the training rows, its penalty chosen by their leave-one-out error, R² on the test rows with a bootstrap interval over
 * clips.
 * @throws ForeframeError when a variable is constant in the training rows, or the tables do not fit together
 */
export function regressLatents(
  train: LatentRows,
  test: LatentRows,
  options: RegressionOptions = {},
): VariableScore[] {
  const { layers = Object.keys(train.layers), times = timesOf(test), onCell = () => {} } = options;
  const variables = options.variables ?? variablesOf(train);
  const { draws, seed } = options;
  return times.flatMap((time, at) => {
    // The same clips for every layer and variable, so that these differ by nothing else.
    const groups = clipRows(test, rowsAtTime(test, time));
    const drawn = bootstrapDraws(groups.length, { draws, seed, groups });
    return layers.flatMap((layer, i) => {
      const scores = regressCell(train, test, layer, time, variables, drawn, options.algebra);
      onCell(at * layers.length + i + 1, times.length * layers.length);
      return scores;
    });
  });
}

function regressCell(
  train: LatentRows,
  test: LatentRows,
  layer: string,
  time: number,
  variables: readonly LatentVariable[],
  drawn: readonly Int32Array[],
  algebra?: LinearAlgebra,
): VariableScore[] {
  const [known, held] = [rowsAtTime(train, time), rowsAtTime(test, time)];
  const [x, xTest] = [layerRows(train, layer, known), layerRows(test, layer, held)];
  checkSameWidth(layer, x, xTest);
  const all: LatentVariable = { name: 'all', columns: variables.flatMap(({ columns }) => columns) };
  const y = variableRows(train, all, known);
  checkVaries(all.columns, y);
  const truth = variableRows(test, all, held);
  const { predictions, penalties } = ridgeProbe({ x, y }, xTest, algebra);
  let first = 0;
  return variables.map(({ name, columns }) => {
    const from = first;
    first += columns.length;
    const errors = errorsOf(truth, predictions, from, columns.length);
    const { mean, targets } = rSquaredIntervals(errors, drawn);
    return {
      layer,
      time,
      variable: name,
      r2: mean,
      components: columns.map((column, c) => ({
        column,
        r2: targets[c]!,
        penalty: penalties[from + c]!,
      })),
      errors,
      trainRows: known.length,
    };
  });
}

/** The columns `from` … `from + k` of all targets. */
function errorsOf(truth: DoubleMatrix, predictions: Float64Array, from: number, k: number): RegressionErrors {
  const part = zeros(truth.rows, k);
  const squaredErrors = new Float64Array(truth.rows * k);
  for (let i = 0; i < truth.rows; i++) {
    for (let c = 0; c < k; c++) {
      const at = i * truth.columns + from + c;
      part.data[i * k + c] = truth.data[at]!;
      squaredErrors[i * k + c] = (truth.data[at]! - predictions[at]!) ** 2;
    }
  }
  return { truth: part.data, squaredErrors, k };
}
