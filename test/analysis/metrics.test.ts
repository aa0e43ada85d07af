import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accuracy,
  auroc,
  aurocOneVsRest,
  balancedAccuracy,
  bootstrapInterval,
  chooseByCrossValidation,
  confusionMatrix,
  groupedKFold,
  kFold,
  LinearSvm,
  labelsOf,
  matrixOf,
  pairedDifference,
  retrievalRecall,
  rSquared,
  rSquaredByTarget,
  stratifiedKFold,
} from '../../src/analysis/index.js';
import { rSquaredInterval } from '../../src/analysis/protocols/rSquaredByClip.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { asMatrix, frozen } from './frozen.js';

const { metrics: m } = frozen;
const truth = Int32Array.from(m.truth);
const prediction = Int32Array.from(m.prediction);

describe('measures', () => {
  it('R² of draws in which the target does not vary is none, whatever rounding makes of their mean', () => {
    // Two clips of seven rows: half of the draws show one of them alone, and the mean of seven times 0.1 is not 0.1.
    const truth = Array.from({ length: 14 }, (_, i) => (i < 7 ? 0.1 : 2.5));
    const groups = Int32Array.from({ length: 14 }, (_, i) => Math.floor(i / 7));
    const squaredErrors = truth.map(() => 0.01);
    const { value, low } = rSquaredInterval({ truth, squaredErrors, k: 1 }, { groups });
    expect(low).toBeCloseTo(value, 12);
  });

  it("are scikit-learn's", () => {
    expect(accuracy(truth, prediction)).toBeCloseTo(m.accuracy, 12);
    expect(balancedAccuracy(truth, prediction)).toBeCloseTo(m.balanced, 12);
    expect([...confusionMatrix(truth, prediction).counts]).toEqual(m.confusion);
    const second = m.scores.filter((_, i) => i % 3 === 1);
    expect(
      auroc(
        m.truth.map((label) => label === 2),
        second,
      ),
    ).toBeCloseTo(m.auroc, 12);
    const scores = Float64Array.from(m.scores);
    expect(aurocOneVsRest(labelsOf(truth).index, scores, 3)).toBeCloseTo(m.aurocOneVsRest, 12);
    expect(rSquared(m.y, m.guess, 2)).toBeCloseTo(m.rSquared, 12);
    rSquaredByTarget(m.y, m.guess, 2).forEach((value, c) => {
      expect(value).toBeCloseTo(m.rSquaredByTarget[c]!, 12);
    });
  });

  it('refuse one class and different lengths; R² of a constant is 0 or 1', () => {
    expect(() => auroc([true, true], [1, 2])).toThrow(/one class/);
    expect(() => accuracy(truth, prediction.slice(1))).toThrow(/60 labels but 59/);
    expect(rSquared([2, 2], [2, 2])).toBe(1);
    expect(rSquared([2, 2], [2, 3])).toBe(0);
  });

  it('retrieval finds the like of a row among the others, not itself', () => {
    const x = matrixOf([
      [1, 0],
      [0.9, 0.1],
      [0, 1],
      [0.5, 0.45],
    ]);
    const labels = Int32Array.of(1, 1, 2, 2);
    const [first, second, third] = retrievalRecall(x, labels, { at: [1, 2, 3] });
    expect([...first!.hits]).toEqual([1, 1, 1, 0]);
    expect([...second!.hits]).toEqual([1, 1, 1, 0]);
    expect(third!.recall).toBe(1);
    expect(() => retrievalRecall(x, labels)).toThrow(/10 neighbours.*3 to find/);
  });
});

describe('bootstrap', () => {
  const random = Random.for(3, 'test');
  const values = Float64Array.from({ length: 200 }, () => 5 + random.normal());
  const mean = (rows: Int32Array) => rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length;

  it('gives the interval that theory gives of a mean, and the same for the same seed', () => {
    const { value, low, high } = bootstrapInterval(200, mean, { draws: 2000 });
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - value) ** 2, 0) / 200);
    expect((high - low) / ((2 * 1.96 * deviation) / Math.sqrt(200))).toBeCloseTo(1, 1);
    expect(bootstrapInterval(200, mean, { draws: 2000 })).toEqual({ value, low, high });
    expect(bootstrapInterval(200, mean, { draws: 2000, seed: 1 }).low).not.toBe(low);
  });

  it('is wider where rows of a group go together', () => {
    const groups = Int32Array.from(values.keys(), (row) => row >> 2);
    const doubled = (rows: Int32Array) => rows.reduce((sum, row) => sum + values[row >> 2]!, 0) / rows.length;
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    expect(width(bootstrapInterval(200, doubled, { groups }))).toBeGreaterThan(
      1.5 * width(bootstrapInterval(200, doubled)),
    );
  });

  it('sees a small difference between pairs that vary much', () => {
    const better = values.map((value) => value + 0.1 + 0.05 * random.normal());
    const { low, high } = pairedDifference(better, values);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThan(0.2);
    expect(() => pairedDifference(better, values.slice(1))).toThrow(/200 scores.*199/);
  });
});

describe('splits', () => {
  const folds = fc.integer({ min: 2, max: 5 });
  const labels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 60 });

  it('test every row once, in folds of even size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 80 }), folds, fc.nat(), (rows, count, seed) => {
        const split = kFold(rows, count, seed);
        expect(split.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual([...Array(rows).keys()]);
        for (const { train, test } of split) {
          expect(train.length + test.length).toBe(rows);
          expect(Math.abs(test.length - rows / count)).toBeLessThan(1);
        }
        expect(kFold(rows, count, seed)).toEqual(split);
      }),
    );
  });

  it('keep the shares of the classes, and groups whole', () => {
    fc.assert(
      fc.property(labels, folds, (values, count) => {
        const y = Int32Array.from(values);
        const { classes, counts } = labelsOf(y);
        if (Math.min(...counts) >= count) {
          for (const { test } of stratifiedKFold(y, count))
            classes.forEach((label, c) => {
              const there = test.filter((row) => y[row] === label).length;
              expect(Math.abs(there - counts[c]! / count)).toBeLessThan(1);
            });
        } else expect(() => stratifiedKFold(y, count)).toThrow(/too few for/);
        if (classes.length >= count) {
          for (const { train, test } of groupedKFold(y, count)) {
            const inside = new Set(Array.from(test, (row) => y[row]));
            expect(test.length).toBeGreaterThan(0);
            expect(train.some((row) => inside.has(y[row]))).toBe(false);
          }
        } else expect(() => groupedKFold(y, count)).toThrow(/fewer than/);
      }),
    );
  });

  it('of fewer rows than folds are refused', () => {
    expect(() => kFold(3, 5)).toThrow(/3 rows are fewer than 5 folds/);
  });
});

describe('choosing by cross-validation', () => {
  it('takes the settings of the best mean score, standardising on training rows only', () => {
    const p = required(frozen.problems, 'imbalanced');
    const x = asMatrix(p.x, p.columns);
    const y = Int32Array.from(p.labels);
    const grid = [{ C: 1e-6 }, { C: 1 }];
    const seen: number[] = [];
    const { best, scores } = chooseByCrossValidation(x, y, {
      grid,
      folds: stratifiedKFold(y, 3),
      standardise: true,
      estimator: (settings) => new LinearSvm(settings),
      onFold: (done) => seen.push(done),
    });
    expect(best).toBe(grid[1]);
    expect(scores.map(({ folds }) => folds.length)).toEqual([3, 3]);
    expect(scores[1]!.mean).toBeGreaterThan(scores[0]!.mean);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
