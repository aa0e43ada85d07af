import { ForeframeError } from '../../common/errors.js';
import { Random } from '../../common/random.js';
import { labelsOf } from '../algebra/labels.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import { type Matrix, selectRows } from '../algebra/matrix.js';
import { StandardScaler } from '../estimators/standardScaler.js';
import type { LatentRows } from '../latents/latentsFile.js';
import { bootstrapInterval, type Interval } from '../scores/bootstrap.js';
import { C_GRID, linearClassifier } from './classifierProbe.js';
import { type ClassNames, classNameOf, classNamesOf } from './classNames.js';
import { clipRows, labelRows, layerRows, rowsAtTime } from './latentTable.js';

/** Labelled latents, one row per clip. */
export interface Labelled {
  readonly x: Matrix;
  readonly y: Int32Array;
  readonly names?: ClassNames;
  /** What belongs together in a test: rows of one file or person are drawn as one. Every row by itself where it is missing. */
  readonly groups?: Int32Array;
}

/** One layer of a table at one time, with a label. @param names of the label's classes in several tables together */
export function labelledAt(
  table: LatentRows,
  layer: string,
  label: string,
  time: number,
  names: ClassNames = classNamesOf(label, table),
): Labelled {
  const rows = rowsAtTime(table, time);
  return {
    x: layerRows(table, layer, rows),
    y: labelRows(table, label, rows, names),
    names,
    groups: clipRows(table, rows),
  };
}

export interface LowShotOptions {
  /** Labels of each class; 1, 2, 4 … 64 by default, as far as every class has so many. */
  readonly shots?: readonly number[];
  readonly draws?: number;
  readonly seed?: number;
  readonly algebra?: LinearAlgebra;
}

export interface LowShotScore {
  /** Labels of each class. */
  readonly shots: number;
  /** Mean over draws; the interval is over the groups of the test rows: people, files, clips. */
  readonly accuracy: Interval;
  readonly draws: readonly number[];
  /** How often each test row was right, mean over draws: what paired differences are drawn from. */
  readonly byRow: readonly number[];
  readonly C: number;
}

const SHOTS: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

/**
 * Accuracy with few labels (SCIENCE 7): a linear SVM on `k` labelled rows of each class, drawn several times. C is chosen on
 * validation rows, with the labels of one more draw.
 * @throws ForeframeError when a class of the test rows has no training row
 */
export function lowShotCurve(
  train: Labelled,
  validation: Labelled,
  test: Labelled,
  { shots = SHOTS, draws = 5, seed = 0, algebra }: LowShotOptions = {},
): LowShotScore[] {
  const { classes, counts } = labelsOf(train.y);
  const strange = test.y.find((label) => !classes.includes(label));
  if (strange !== undefined)
    throw new ForeframeError(
      `class ${classNameOf(strange, test.names)} is tested on but never trained on: few-label probes need it`,
    );
  return shots
    .filter((k) => k <= Math.min(...counts))
    .map((k) => {
      const trainedOn = (draw: string, Cs: readonly number[]) => {
        const rows = drawnRows(train.y, classes, k, Random.for(seed, `low shot ${k}, ${draw}`));
        const known = selectRows(train.x, rows);
        const scaler = new StandardScaler().fit(known);
        const y = rows.map((row) => train.y[row]!);
        const fitted = linearClassifier('svm', 1, algebra).fitEach(scaler.transform(known), y, Cs);
        return ({ x, y: truth }: Labelled) => {
          const seen = scaler.transform(x);
          return fitted.map((each) =>
            Float64Array.from(each.predict(seen), (guess, i) => (guess === truth[i] ? 1 : 0)),
          );
        };
      };
      const chosen = trainedOn('choice of C', C_GRID)(validation).map(mean);
      const C = C_GRID[chosen.indexOf(Math.max(...chosen))]!;
      const hits = Array.from({ length: draws }, (_, draw) => trainedOn(`draw ${draw}`, [C])(test)[0]!);
      const byRow = Float64Array.from(test.y, (_, i) => mean(hits.map((each) => each[i]!)));
      const accuracy = bootstrapInterval(byRow.length, (rows) => mean(Array.from(rows, (i) => byRow[i]!)), {
        seed,
        groups: test.groups,
      });
      return { shots: k, accuracy, draws: hits.map(mean), byRow: Array.from(byRow), C };
    });
}

/** `k` rows of each class. */
function drawnRows(y: Int32Array, classes: Int32Array, k: number, random: Random): Int32Array {
  const drawn = Array.from(classes).flatMap((label) => {
    const members = Array.from(y.keys()).filter((row) => y[row] === label);
    // The first k places of a Fisher–Yates shuffle.
    for (let i = 0; i < k; i++) {
      const j = i + random.integer(members.length - i);
      [members[i], members[j]] = [members[j]!, members[i]!];
    }
    return members.slice(0, k);
  });
  return Int32Array.from(drawn);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
