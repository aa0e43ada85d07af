import { beforeAll, describe, expect, it } from 'vitest';
import type { LinearAlgebra } from '../../src/analysis/algebra/linearAlgebra.js';
import type { Matrix } from '../../src/analysis/algebra/matrix.js';
import {
  distancesOf,
  fastestAlgebra,
  LinearSvm,
  LogisticRegression,
  Mds,
  NearestNeighbours,
  Pca,
  plainAlgebra,
  Ridge,
  RidgeCV,
  StandardScaler,
} from '../../src/analysis/index.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import { apart, apartEach, asMatrix, frozen } from './frozen.js';

/** What the issue asks for, on coefficients, predictions and stress alike. */
const CLOSE = 1e-4;
const problems = Object.entries(frozen.problems);
const algebras: Record<string, () => LinearAlgebra> = {
  plain: () => plainAlgebra,
  fastest: () => fastest,
};
let fastest: LinearAlgebra;

beforeAll(async () => {
  // With the threads of the others in this process, which loads it once.
  await loadTensorFlow({ onWarning: () => {} });
  fastest = await fastestAlgebra();
});

describe.each(Object.keys(algebras))('scikit-learn and %s linear algebra agree', (name) => {
  const algebra = () => required(algebras, name)();

  describe.each(problems)('on the %s problem', (_, p) => {
    const x = asMatrix(p.x, p.columns);
    const test = asMatrix(p.test, p.columns);
    const y = asMatrix(p.y, 2);
    const labels = Int32Array.from(p.labels);
    const scaler = new StandardScaler().fit(x);
    const [standard, standardTest] = [scaler.transform(x), scaler.transform(test)];

    it.each(Object.entries(p.ridge))('about Ridge, penalty %s', (penalty, wanted) => {
      const fitted = new Ridge({ penalty: Number(penalty) }, algebra()).fit(x, y);
      expect(apart(fitted.coefficients, wanted.coefficients)).toBeLessThan(CLOSE);
      expect(apart(fitted.intercepts, wanted.intercepts)).toBeLessThan(CLOSE);
      expect(apart(fitted.predict(test), wanted.prediction)).toBeLessThan(CLOSE);
      expect(fitted.score(test, asMatrix(p.testY, 2))).toBeCloseTo(wanted.score, 4);
    });

    it('about RidgeCV', () => {
      const settings = { penalties: frozen.penalties };
      const fitted = new RidgeCV(settings, algebra()).fit(x, y);
      expect(
        apartEach(
          fitted.errors.flatMap((row) => [...row]),
          p.ridgeCV.errors,
        ),
      ).toBeLessThan(CLOSE);
      expect(fitted.penalties[0]).toBeCloseTo(p.ridgeCV.penalty, 9);
      expect(apart(fitted.coefficients, p.ridgeCV.coefficients)).toBeLessThan(CLOSE);
      expect(apart(fitted.predict(test), p.ridgeCV.prediction)).toBeLessThan(CLOSE);
      const each = new RidgeCV({ ...settings, perTarget: true }, algebra()).fit(x, y);
      expect(apart(each.penalties, p.ridgeCV.perTarget)).toBeLessThan(1e-9);
    });

    it.each(Object.entries(p.svm))('about LinearSvm, C %s', (C, wanted) => {
      const fitted = new LinearSvm({ C: Number(C) }, algebra()).fit(standard, labels);
      expect(fitted.converged).toBe(true);
      expect(apart(fitted.coefficients, wanted.coefficients)).toBeLessThan(CLOSE);
      expect(apart(fitted.intercepts, wanted.intercepts)).toBeLessThan(CLOSE);
      expect(apart(fitted.decision(standardTest), wanted.decision)).toBeLessThan(CLOSE);
      expect([...fitted.predict(standardTest)]).toEqual(wanted.prediction);
    });

    it('about LinearSvm with balanced classes', () => {
      const fitted = new LinearSvm({ classWeight: 'balanced' }, algebra()).fit(standard, labels);
      expect(apart(fitted.coefficients, p.svmBalanced.coefficients)).toBeLessThan(CLOSE);
      expect(apart(fitted.intercepts, p.svmBalanced.intercepts)).toBeLessThan(CLOSE);
      expect([...fitted.predict(standardTest)]).toEqual(p.svmBalanced.prediction);
    });

    // On columns of very different scale liblinear stops before four digits are right.
    it.each(p.svmRaw ? [p.svmRaw] : [])('about LinearSvm on columns as they are', (wanted) => {
      const fitted = new LinearSvm({}, algebra()).fit(x, labels);
      expect(apart(fitted.coefficients, wanted.coefficients)).toBeLessThan(CLOSE);
      expect([...fitted.predict(test)]).toEqual(wanted.prediction);
    });

    it.each(Object.entries(p.logistic))('about LogisticRegression, C %s', (C, wanted) => {
      const fitted = new LogisticRegression({ C: Number(C), tolerance: 1e-9 }, algebra()).fit(
        standard,
        labels,
      );
      expect(fitted.converged).toBe(true);
      expect(apart(fitted.coefficients, wanted.coefficients)).toBeLessThan(CLOSE);
      expect(apart(fitted.intercepts, wanted.intercepts)).toBeLessThan(CLOSE);
      expect(apart(fitted.probabilities(standardTest), wanted.probabilities)).toBeLessThan(CLOSE);
      expect([...fitted.predict(standardTest)]).toEqual(wanted.prediction);
    });

    it.each(p.logisticRaw ? [p.logisticRaw] : [])('about LogisticRegression on raw columns', (wanted) => {
      const fitted = new LogisticRegression({ tolerance: 1e-9 }, algebra()).fit(x, labels);
      expect(apart(fitted.coefficients, wanted.coefficients)).toBeLessThan(CLOSE);
      expect(apart(fitted.probabilities(test), wanted.probabilities)).toBeLessThan(CLOSE);
      expect([...fitted.predict(test)]).toEqual(wanted.prediction);
    });

    it('about nearest neighbours', () => {
      for (const [k, wanted] of Object.entries(p.knn)) {
        const settings = { neighbours: Number(k), metric: 'euclidean', weights: 'uniform' } as const;
        expect([...new NearestNeighbours(settings, algebra()).fit(x, labels).predict(test)]).toEqual(wanted);
      }
      const cosine = { neighbours: 5, metric: 'cosine', weights: 'uniform' } as const;
      expect([...new NearestNeighbours(cosine, algebra()).fit(x, labels).predict(test)]).toEqual(p.knnCosine);
    });

    it('about PCA', () => {
      const fitted = new Pca({ components: 4 }, algebra()).fit(x);
      expect(apartEach(fitted.explainedVariance, p.pca.variance)).toBeLessThan(CLOSE);
      expect(apartEach(fitted.explainedVarianceRatio, p.pca.ratio)).toBeLessThan(CLOSE);
      expect(apartEach(fitted.singularValues, p.pca.singular)).toBeLessThan(CLOSE);
      expect(apart(fitted.components.data, p.pca.components)).toBeLessThan(CLOSE);
      const first = { ...test, rows: 3, data: test.data.slice(0, 3 * test.columns) };
      expect(apart(fitted.transform(first).data, p.pca.test)).toBeLessThan(CLOSE);
    });
  });
});

describe.each(problems)('scikit-learn agrees on the %s problem', (_, p) => {
  const x = asMatrix(p.x, p.columns);
  const scaler = new StandardScaler().fit(x);

  it('about StandardScaler', () => {
    expect(apart(scaler.means, p.scaler.means)).toBeLessThan(1e-6);
    expect(apart(scaler.deviations, p.scaler.deviations)).toBeLessThan(1e-6);
    const test = asMatrix(p.test.slice(0, 2 * p.columns), p.columns);
    expect(apart(scaler.transform(test).data, p.scaler.test)).toBeLessThan(CLOSE);
  });

  it('about MDS from the same start', () => {
    const settings = { maxIterations: 3000, tolerance: 1e-9 };
    const standard = scaler.transform(x);
    const fitted = new Mds(settings).fit(standard, asMatrix(p.mds.start, 2));
    expect(Math.abs(fitted.stress / p.mds.stress - 1)).toBeLessThan(CLOSE);
    expect(Math.abs(fitted.normalisedStress / p.mds.normalised - 1)).toBeLessThan(CLOSE);
    expect(Math.abs(fitted.iterations - p.mds.iterations)).toBeLessThanOrEqual(1);
    const distances = new Mds({ ...settings, input: 'distances' });
    const again = distances.fit(distancesOf(standard), asMatrix(p.mds.start, 2));
    expect(again.stress).toBe(fitted.stress);
  });
});

describe('Ridge of float32 latents in TensorFlow finds what plain double precision finds', () => {
  const random = Random.for(1, 'float32 latents');
  const targets = (rows: number) => Float64Array.from({ length: rows }, () => random.normal());
  const normal = (rows: number, columns: number, scale = 1, mean = 0): Matrix => ({
    rows,
    columns,
    data: Float32Array.from({ length: rows * columns }, () => mean + scale * random.normal()),
  });
  const close = (x: Matrix, penalty: number) => {
    const y = targets(x.rows);
    const ours = new Ridge({ penalty }, fastest).fit(x, y);
    const plain = new Ridge({ penalty }).fit({ ...x, data: Float64Array.from(x.data) }, y);
    expect(apart(ours.coefficients, [...plain.coefficients])).toBeLessThan(1e-6);
    expect(apart(ours.intercepts, [...plain.intercepts])).toBeLessThan(1e-6);
  };

  it('where the rows are more than are looked at at once, and do not go up in them', () =>
    close(normal(3_001, 701, 1, 0.5), 10));

  it('of one column, and of an odd number', () => {
    close(normal(50, 1), 1);
    close(normal(50, 7), 1);
  });

  it('where columns are nearly the same, so that a float32 factor alone is far off', () => {
    const x = normal(400, 40);
    for (let i = 0; i < x.rows; i++)
      for (let j = 20; j < 40; j++)
        x.data[i * 40 + j] = x.data[i * 40 + j - 20]! + 1e-3 * x.data[i * 40 + j]!;
    close(x, 1e-3);
  });

  it('whose squares leave the range of float32', () => {
    close(normal(200, 9, 1e21), 1);
    close(normal(9, 20, 1e21), 1e40);
  });

  it('refuses numbers whose squares leave the range of doubles', () => {
    const { rows, columns, data } = normal(20, 3);
    const x = { rows, columns, data: Float64Array.from(data, (value) => value * 1e200) };
    for (const algebra of [fastest, plainAlgebra])
      expect(() => new Ridge({ penalty: 1 }, algebra).fit(x, targets(20))).toThrow(/standardise them first/);
  });
});
