import type { LinearAlgebra } from '../../analysis/algebra/linearAlgebra.js';
import { selectRows } from '../../analysis/algebra/matrix.js';
import { groupedKFold } from '../../analysis/estimators/splits.js';
import type { LatentRows } from '../../analysis/latents/latentsFile.js';
import { classNamesOf } from '../../analysis/protocols/classNames.js';
import { checkSameWidth, clipRows, rowsAtTime } from '../../analysis/protocols/latentTable.js';
import {
  type Labelled,
  type LowShotScore,
  labelledAt,
  lowShotCurve,
} from '../../analysis/protocols/lowShot.js';
import { ForeframeError } from '../../common/errors.js';

/** Of the first file's clips, one in so many is kept for choosing C. */
const VALIDATION_SHARE = 5;

export interface FewLabelsScore extends Omit<LowShotScore, 'byRow'> {
  readonly layer: string;
  readonly time: number;
}

/**
 * What a linear SVM with few labels of each class makes of frozen latents: a fifth of the first table's clips chooses C, of the
 * others labels are drawn five times, and the second table is tested on.
 * @throws ForeframeError where no class has as many labels as asked for
 */
export function fewLabelScores(
  table: LatentRows,
  test: LatentRows,
  {
    label,
    layer,
    time,
    shots,
    seed,
    algebra,
  }: {
    label: string;
    layer: string;
    time: number;
    shots: readonly number[];
    seed: number;
    algebra?: LinearAlgebra;
  },
): FewLabelsScore[] {
  const names = classNamesOf(label, table, test);
  const [all, held] = [table, test].map((each) => labelledAt(each, layer, label, time, names)) as [
    Labelled,
    Labelled,
  ];
  checkSameWidth(layer, all.x, held.x);
  const clips = clipRows(table, rowsAtTime(table, time));
  if (new Set(clips).size < VALIDATION_SHARE)
    throw new ForeframeError(
      `--shots needs at least ${VALIDATION_SHARE} clips to train on and to choose C on`,
    );
  const [kept] = groupedKFold(clips, VALIDATION_SHARE, seed);
  const some = (rows: Int32Array): Labelled => ({
    x: selectRows(all.x, rows),
    y: rows.map((row) => all.y[row]!),
  });
  const scores = lowShotCurve(some(kept!.train), some(kept!.test), held, { shots, seed, algebra });
  const missing = shots.find((count) => !scores.some((score) => score.shots === count));
  if (missing !== undefined)
    throw new ForeframeError(
      `--shots: no ${missing} rows of every ${label} are left beside those that choose C: ask for fewer, or extract more clips`,
    );
  return scores.map(({ byRow: _, ...score }) => ({ layer, time, ...score }));
}
