import { ForeframeError } from '../../common/errors.js';
import { Random } from '../../common/random.js';
import { checkCount } from '../algebra/checks.js';
import { labelsOf } from '../algebra/labels.js';

/** Row numbers, ascending. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Every row is tested once, in one of `folds` folds of sizes that differ by one at most, shuffled by `seed`. */
export function kFold(rows: number, folds: number, seed = 0): Fold[] {
  checkFolds(folds, rows, 'rows');
  const place = new Int32Array(rows);
  shuffled(rows, Random.for(seed, 'folds')).forEach((row, at) => {
    place[row] = at % folds;
  });
  return foldsOf(place, folds);
}

/** As `kFold`, with the rows of every class spread evenly over the folds. */
export function stratifiedKFold(labels: Int32Array, folds: number, seed = 0): Fold[] {
  checkFolds(folds, labels.length, 'rows');
  const { classes, index, counts } = labelsOf(labels);
  const rarest = counts.indexOf(Math.min(...counts));
  if (counts[rarest]! < folds) {
    throw new ForeframeError(
      `class ${classes[rarest]} has ${counts[rarest]} rows, too few for ${folds} folds: use fewer folds`,
    );
  }
  const random = Random.for(seed, 'folds');
  const place = new Int32Array(labels.length);
  // Classes follow one another round the folds, so that the remainders do not all go to the first.
  let next = 0;
  classes.forEach((_, c) => {
    const members = Array.from(index.keys()).filter((row) => index[row] === c);
    for (const at of shuffled(members.length, random)) place[members[at]!] = next++ % folds;
  });
  return foldsOf(place, folds);
}

/** No group (a clip, an identity) is on both sides of a fold; groups go, largest first, to the fold with fewest rows. */
export function groupedKFold(groups: Int32Array, folds: number, seed = 0): Fold[] {
  const { classes, index, counts } = labelsOf(groups);
  checkFolds(folds, classes.length, 'groups');
  const order = shuffled(classes.length, Random.for(seed, 'folds')).sort((a, b) => counts[b]! - counts[a]!);
  const sizes = new Array<number>(folds).fill(0);
  const foldOf = new Int32Array(classes.length);
  for (const group of order) {
    const least = sizes.indexOf(Math.min(...sizes));
    foldOf[group] = least;
    sizes[least]! += counts[group]!;
  }
  return foldsOf(
    index.map((group) => foldOf[group]!),
    folds,
  );
}

function foldsOf(place: Int32Array, folds: number): Fold[] {
  const rows = Int32Array.from(place.keys());
  return Array.from({ length: folds }, (_, fold) => ({
    train: rows.filter((row) => place[row] !== fold),
    test: rows.filter((row) => place[row] === fold),
  }));
}

/** The numbers below `size` in random order (Fisher & Yates). */
function shuffled(size: number, random: Random): number[] {
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function checkFolds(folds: number, there: number, what: string): void {
  checkCount('cross-validation', 'folds', folds, 2);
  if (there < folds)
    throw new ForeframeError(
      `cross-validation: ${there} ${what} are fewer than ${folds} folds: use fewer folds`,
    );
}
