import { ForeframeError } from '../../common/errors.js';
import { Random } from '../../common/random.js';
import { checkCount } from '../algebra/checks.js';
import { labelsOf } from '../algebra/labels.js';
import type { LinearAlgebra } from '../algebra/linearAlgebra.js';
import { type Matrix, selectRows } from '../algebra/matrix.js';
import { StandardScaler } from '../estimators/standardScaler.js';
import { bootstrapInterval, type Interval } from '../scores/bootstrap.js';
import { C_GRID, linearClassifier } from './classifierProbe.js';

/** Latents of several people (or things), each seen in every one of some views. */
export interface Views {
  readonly x: Matrix;
  /** Who is seen in each row. */
  readonly identity: Int32Array;
  /** Number of the view of each row, from 0. */
  readonly view: Int32Array;
}

export interface IdentificationOptions {
  /** Numbers of training views; 1, 2 … all but one by default. */
  readonly counts?: readonly number[];
  /** How often other training views are drawn; the same for every set of latents. */
  readonly draws?: number;
  readonly C?: number;
  readonly seed?: number;
  readonly algebra?: LinearAlgebra;
  readonly onCount?: (done: number, all: number) => void;
}

/** Identification with a number of training views of each person. */
export interface IdentificationScore {
  readonly views: number;
  /** Mean over draws; the interval is over identities. */
  readonly accuracy: Interval;
  /** Accuracy of each draw. */
  readonly draws: readonly number[];
  /** Share of each identity's test views that were right, mean over draws: what paired differences are drawn from. */
  readonly byIdentity: Float64Array;
}

/**
 * Identification of people from new views (Lotter, Kreiman & Cox, arXiv 1511.06380; SCIENCE 1): a linear SVM is trained on some
 * views of each person and tested on all other views. The training views are drawn several times.
 * @throws ForeframeError unless each person is seen once in every view
 */
export function identify(set: Views, options: IdentificationOptions = {}): IdentificationScore[] {
  return identifyEach(set, [options.C ?? 1], options).map(([score]) => score!);
}

/** @returns for every number of views a score for each of several C, which share what depends on the latents alone */
function identifyEach(
  set: Views,
  Cs: readonly number[],
  options: IdentificationOptions,
): IdentificationScore[][] {
  const { views, identities } = checkedViews(set);
  const { counts = Array.from({ length: views - 1 }, (_, i) => i + 1), draws = 5, seed = 0 } = options;
  const { algebra, onCount = () => {} } = options;
  checkCount('identification', 'draws', draws);
  const scoreOf = (views: number, byDraw: readonly Float64Array[]) => {
    const byIdentity = Float64Array.from(
      identities,
      (_, i) => byDraw.reduce((sum, shares) => sum + shares[i]!, 0) / draws,
    );
    const mean = (rows: Int32Array) => rows.reduce((sum, i) => sum + byIdentity[i]!, 0) / rows.length;
    return {
      views,
      accuracy: bootstrapInterval(identities.length, mean, { seed }),
      draws: byDraw.map((shares) => shares.reduce((sum, share) => sum + share, 0) / shares.length),
      byIdentity,
    };
  };
  return counts.map((count, done) => {
    const byDraw = Array.from({ length: draws }, (_, draw) =>
      sharesRight(set, identities, drawnViews(views, count, seed, draw), Cs, algebra),
    );
    onCount(done + 1, counts.length);
    return Cs.map((_, at) =>
      scoreOf(
        count,
        byDraw.map((each) => each[at]!),
      ),
    );
  });
}

/** The C of the best mean accuracy on people who are not tested on, over a few and over half of the views. */
export function chooseIdentificationC(
  set: Views,
  { seed = 0, algebra, grid = C_GRID }: IdentificationOptions & { grid?: readonly number[] } = {},
): number {
  const { views } = checkedViews(set);
  const counts = [...new Set([Math.min(2, views - 1), Math.ceil(views / 2)])];
  const scores = identifyEach(set, grid, { counts, draws: 1, seed, algebra });
  const means = grid.map((_, at) => scores.reduce((sum, each) => sum + each[at]!.accuracy.value, 0));
  return grid[means.indexOf(Math.max(...means))]!;
}

/** For each C, and for each identity, the share of its test views that were named right. */
function sharesRight(
  { x, identity, view }: Views,
  identities: Int32Array,
  trainViews: ReadonlySet<number>,
  Cs: readonly number[],
  algebra?: LinearAlgebra,
): Float64Array[] {
  const rows = Int32Array.from(view.keys());
  const train = rows.filter((row) => trainViews.has(view[row]!));
  const test = rows.filter((row) => !trainViews.has(view[row]!));
  const known = selectRows(x, train);
  const scaler = new StandardScaler().fit(known);
  const labels = train.map((row) => identity[row]!);
  const seen = scaler.transform(selectRows(x, test));
  const each = test.length / identities.length;
  return linearClassifier('svm', 1, algebra)
    .fitEach(scaler.transform(known), labels, Cs)
    .map((fitted) => {
      const guesses = fitted.predict(seen);
      const right = new Map<number, number>();
      test.forEach((row, i) => {
        if (guesses[i] === identity[row]) right.set(identity[row]!, (right.get(identity[row]!) ?? 0) + 1);
      });
      return Float64Array.from(identities, (person) => (right.get(person) ?? 0) / each);
    });
}

/** Which views are trained on: the same for every model, so that models are compared on the same images. */
function drawnViews(views: number, count: number, seed: number, draw: number): ReadonlySet<number> {
  const random = Random.for(seed, `identification ${count} of ${views}, draw ${draw}`);
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(random.integer(views));
  return drawn;
}

function checkedViews({ x, identity, view }: Views): { views: number; identities: Int32Array } {
  const { classes, counts } = labelsOf(identity);
  const views = new Set(view).size;
  const odd = counts.findIndex((seen) => seen !== views);
  if (identity.length !== x.rows || view.length !== x.rows || views < 2 || odd >= 0 || classes.length < 2) {
    throw new ForeframeError(
      'identification needs two people or more, each seen once in every one of two views or more: ' +
        `here are ${x.rows} rows of ${classes.length} people and ${views} views`,
    );
  }
  return { views, identities: classes };
}
