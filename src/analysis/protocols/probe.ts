import { ForeframeError } from '../../common/errors.js';
import { selectRows } from '../algebra/matrix.js';
import { type Fold, groupedKFold } from '../estimators/splits.js';
import type { LatentRows } from '../latents/latentsFile.js';
import { bootstrapInterval, type Interval } from '../scores/bootstrap.js';
import { checkClassClips } from './classClips.js';
import { foldsOfChoice } from './classifierProbe.js';
import { type ClassNames, classNamesOf } from './classNames.js';
import { checkSameWidth } from './latentTable.js';
import {
  type Answer,
  type Cell,
  type ClassRows,
  cellOf,
  type ProbeMethod,
  type ProbeOptions,
} from './probeCell.js';
import { rSquaredInterval } from './rSquaredByClip.js';

export type { ProbeMethod, ProbeOptions } from './probeCell.js';

/** What can be read from one layer at one time. */
export interface ProbeScore {
  readonly layer: string;
  readonly time: number;
  readonly method: ProbeMethod;
  readonly target: string;
  readonly metric: 'R²' | 'accuracy';
  readonly score: Interval;
  /** Accuracy of always naming the most frequent class of the training rows; 0 for R², which is that of the mean. */
  readonly chance: number;
  /** Penalties or values of C, of each target and fold; none for nearest neighbours. */
  readonly chosen: readonly number[];
  readonly trainRows: number;
  readonly testRows: number;
  /** Groups (people, files), or clips, that the test rows are of: the interval is drawn over them. */
  readonly testGroups: number;
  /** Whether each test row was right (accuracy only): what paired differences are drawn from. */
  readonly hits?: Float64Array;
  /** Classes of the training rows by name, and rows of each (accuracy only). */
  readonly classes?: readonly ClassRows[];
}

/** Train on one table, report on the other. */
export function probeTables(train: LatentRows, test: LatentRows, options: ProbeOptions): ProbeScore {
  const names = namesIn(options, train, test);
  const [known, held] = [cellOf(train, options, names), cellOf(test, options, names)];
  checkSameWidth(options.layer, known.x, held.x);
  const all = Int32Array.from({ length: known.x.rows }, (_, i) => i);
  checkClips(options, known, names, [{ train: all, test: new Int32Array(0) }]);
  const rows = Int32Array.from({ length: held.x.rows }, (_, i) => i);
  const answer = known.read(held.x);
  return scoreOf(options, held, [{ rows, ...answer }], known);
}

/**
 * Train on all folds of a table but one and predict that one, in turn; rows of one clip are never on both sides.
 * @throws ForeframeError when there are fewer clips than folds
 */
export function probeFolds(table: LatentRows, folds: number, options: ProbeOptions): ProbeScore {
  const names = namesIn(options, table);
  const cell = cellOf(table, options, names);
  const clips = new Set(cell.groups).size;
  if (clips < folds) {
    const units = table.columns.group === undefined ? 'clips' : 'groups';
    throw new ForeframeError(
      `${clips} ${units} have rows of time ${options.time}, fewer than ${folds} folds: lower --folds, or extract more ${units}`,
    );
  }
  const parts = groupedKFold(cell.groups, folds, options.seed);
  checkClips(options, cell, names, parts);
  const answers = parts.map(({ train, test }) => ({
    rows: test,
    ...cell.part(train).read(selectRows(cell.x, test)),
  }));
  return { ...scoreOf(options, cell, answers, cell), trainRows: parts[0]!.train.length };
}

function namesIn({ target }: ProbeOptions, ...tables: LatentRows[]): ClassNames {
  return typeof target === 'string' ? classNamesOf(target, ...tables) : undefined;
}

/** @throws ForeframeError when folds would leave only one class to train on */
function checkClips(
  { target, method, seed }: ProbeOptions,
  { y, groups }: Cell,
  names: ClassNames,
  outer: readonly Fold[],
): void {
  if (typeof target !== 'string') return;
  const inner = (train: Int32Array) =>
    foldsOfChoice(
      train.map((row) => groups[row]!),
      { seed },
    );
  const labelled = { label: target, names, y: y as Int32Array, groups };
  checkClassClips(labelled, { outer, inner: method === 'knn' ? undefined : inner });
}

function scoreOf(
  { layer, time, method, target, draws, seed }: ProbeOptions,
  cell: Cell,
  answers: readonly Answer[],
  known: Cell,
): ProbeScore {
  const { k, y, groups } = cell;
  const predictions = new Float64Array(y.length);
  for (const { rows, predictions: part } of answers)
    rows.forEach((row, i) => {
      for (let c = 0; c < k; c++) predictions[row * k + c] = part[i * k + c]!;
    });
  const interval = { draws, seed, groups };
  const common = {
    layer,
    time,
    method,
    target: typeof target === 'string' ? target : target.name,
    chosen: answers.flatMap(({ chosen }) => chosen),
    trainRows: known.x.rows,
    testRows: cell.x.rows,
    testGroups: new Set(groups).size,
  };
  if (typeof target !== 'string') {
    const squaredErrors = predictions.map((value, i) => (value - y[i]!) ** 2);
    const score = rSquaredInterval({ truth: y, squaredErrors, k }, interval);
    return { ...common, metric: 'R²', score, chance: 0 };
  }
  const hits = predictions.map((value, i) => (value === y[i] ? 1 : 0));
  const mean = (rows: Int32Array) => rows.reduce((sum, row) => sum + hits[row]!, 0) / rows.length;
  const usual = Array.from(y).filter((label) => label === known.mode).length / y.length;
  return {
    ...common,
    metric: 'accuracy',
    score: bootstrapInterval(hits.length, mean, interval),
    chance: usual,
    hits,
    classes: known.classes,
  };
}
