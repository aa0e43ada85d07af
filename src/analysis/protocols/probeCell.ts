import { ForeframeError, UsageError } from '../../common/errors.js';
import { labelsOf } from '../algebra/labels.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import { type DoubleMatrix, type Matrix, selectRows, zeros } from '../algebra/matrix.js';
import type { LatentRows } from '../latents/latentsFile.js';
import type { BootstrapOptions } from '../scores/bootstrap.js';
import { type ClassifierMethod, classifierProbe } from './classifierProbe.js';
import { type ClassNames, classNameOf } from './classNames.js';
import {
  clipRows,
  type LatentVariable,
  labelRows,
  layerRows,
  rowsAtTime,
  variableRows,
} from './latentTable.js';
import { checkVaries, ridgeProbe } from './ridgeProbe.js';

export type ProbeMethod = 'ridge' | ClassifierMethod;

export interface ProbeOptions extends Pick<BootstrapOptions, 'draws' | 'seed'> {
  readonly method: ProbeMethod;
  readonly layer: string;
  readonly time: number;
  /** What to read: a latent variable by ridge regression, or a label by a classifier. */
  readonly target: LatentVariable | string;
  readonly algebra?: LinearAlgebra;
}

/** A class by name, and its number of rows. */
export interface ClassRows {
  readonly name: string;
  readonly rows: number;
}

/** A cell's predictions for rows. */
export interface Answer {
  /** The rows of the test cell that were predicted. */
  readonly rows: Int32Array;
  readonly predictions: ArrayLike<number>;
  readonly chosen: readonly number[];
}

/** The rows of one layer at one time with their targets. */
export interface Cell {
  readonly x: Matrix;
  /** `[rows, k]` */
  readonly y: ArrayLike<number>;
  readonly k: number;
  readonly groups: Int32Array;
  /** The most frequent label. */
  readonly mode?: number;
  readonly classes?: readonly ClassRows[];
  part(rows: Int32Array): Cell;
  /** Fit all rows of this cell and predict others. */
  read(x: Matrix): Omit<Answer, 'rows'>;
}

/** @param names of the label's classes, in several tables together */
export function cellOf(
  table: LatentRows,
  { layer, time, target, method, seed, algebra }: ProbeOptions,
  names: ClassNames,
): Cell {
  const rows = rowsAtTime(table, time);
  const x = layerRows(table, layer, rows);
  const groups = clipRows(table, rows);
  if (typeof target !== 'string') {
    if (method !== 'ridge')
      throw new UsageError(`${target.name} is a latent variable: probe it with --method ridge`);
    return regressionCell(x, variableRows(table, target, rows), groups, target.columns, algebra);
  }
  if (method === 'ridge')
    throw new UsageError(`${target} is a label: probe it with --method svm, logistic or knn`);
  return labelCell(x, labelRows(table, target, rows, names), groups, target, {
    method,
    names,
    seed,
    algebra,
  });
}

function regressionCell(
  x: Matrix,
  y: DoubleMatrix,
  groups: Int32Array,
  columns: readonly string[],
  algebra?: LinearAlgebra,
): Cell {
  return {
    x,
    y: y.data,
    k: y.columns,
    groups,
    part: (rows) => {
      const part = zeros(rows.length, y.columns);
      part.data.set(selectRows(y, rows).data);
      const partGroups = rows.map((row) => groups[row]!);
      return regressionCell(selectRows(x, rows), part, partGroups, columns, algebra);
    },
    read: (asked) => {
      checkVaries(columns, y);
      const { predictions, penalties } = ridgeProbe({ x, y }, asked, algebra);
      return { predictions, chosen: penalties };
    },
  };
}

function labelCell(
  x: Matrix,
  y: Int32Array,
  groups: Int32Array,
  label: string,
  how: { method: ClassifierMethod; names: ClassNames; seed?: number; algebra?: LinearAlgebra },
): Cell {
  const pick = (values: Int32Array, rows: Int32Array) => rows.map((row) => values[row]!);
  const { classes, counts } = labelsOf(y);
  return {
    x,
    y,
    k: 1,
    groups,
    mode: classes[counts.indexOf(Math.max(...counts))]!,
    classes: Array.from(classes, (code, c) => ({ name: classNameOf(code, how.names), rows: counts[c]! })),
    part: (rows) => labelCell(selectRows(x, rows), pick(y, rows), pick(groups, rows), label, how),
    read: (asked) => {
      if (classes.length < 2)
        throw new ForeframeError(
          `all training rows have ${label} ${classNameOf(y[0]!, how.names)}: there is nothing to distinguish`,
        );
      const { predictions, C } = classifierProbe(how.method, { x, y, groups }, asked, how);
      return { predictions, chosen: C === undefined ? [] : [C] };
    },
  };
}
