import { ForeframeError } from '../../common/errors.js';
import type { Fold } from '../estimators/splits.js';
import { type ClassNames, classNameOf } from './classNames.js';

/** Labelled rows of one table, and the clip of each. */
export interface LabelledClips {
  readonly label: string;
  readonly names: ClassNames;
  readonly y: Int32Array;
  readonly groups: Int32Array;
}

/**
 * Folds keep the rows of a clip together: a class of few clips may be missing in what is left to train on.
 * @param levels folds of all rows, and of the rows that each leaves to train on
 * @throws ForeframeError naming the rarest class when somewhere one class alone is left
 */
export function checkClassClips(
  data: LabelledClips,
  levels: { readonly outer: readonly Fold[]; readonly inner?: (train: Int32Array) => readonly Fold[] },
): void {
  const { y, groups, label, names } = data;
  const clips = new Map<number, Set<number>>();
  y.forEach((code, row) => {
    clips.set(code, (clips.get(code) ?? new Set()).add(groups[row]!));
  });
  // Another check reports this.
  if (clips.size < 2) return;
  const several = (rows: Int32Array) => rows.some((row) => y[row] !== y[rows[0]!]);
  const { outer, inner } = levels;
  const enough = outer.every(
    ({ train }) =>
      several(train) && (inner?.(train) ?? []).every((fold) => several(fold.train.map((at) => train[at]!))),
  );
  if (enough) return;
  const [rare, { size }] = [...clips].reduce((a, b) => (b[1].size < a[1].size ? b : a));
  const uses = [
    ...(outer.length > 1 ? [`${outer.length} folds`] : []),
    ...(inner ? ['the choice of C'] : []),
  ];
  const name = classNameOf(rare, names);
  throw new ForeframeError(
    `class ${name} has ${size} ${size === 1 ? 'clip' : 'clips'}: too few for ${uses.join(' and ')}; ` +
      `add clips of ${label} ${name}, or leave it out`,
  );
}
