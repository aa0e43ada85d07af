import { describe, expect, it } from 'vitest';
import {
  LinearSvm,
  LogisticRegression,
  type Matrix,
  Mds,
  matrixOf,
  NearestNeighbours,
  Pca,
  Ridge,
  RidgeCV,
  StandardScaler,
} from '../../src/analysis/index.js';
import { eachOf } from '../../src/common/eachOf.js';
import { ForeframeError, UsageError } from '../../src/common/errors.js';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { apart } from './frozen.js';

type Fit = (x: Matrix, y: Float64Array, labels: Int32Array) => unknown;

const estimators: Record<string, { settings: object; learn: Fit }> = Object.fromEntries(
  [
    new Ridge({ penalty: 1 }),
    new RidgeCV(),
    new LinearSvm(),
    new LogisticRegression(),
    new NearestNeighbours({ neighbours: 3 }),
    new Pca({ components: 2 }),
    new Mds({ starts: 2 }),
    new StandardScaler(),
  ].map((each) => [each.constructor.name, { settings: each.settings, learn: fitOf(each) }]),
);

function fitOf(
  each: Ridge | RidgeCV | LinearSvm | LogisticRegression | NearestNeighbours | Pca | Mds | StandardScaler,
): Fit {
  if (each instanceof Ridge || each instanceof RidgeCV) return (x, y) => each.fit(x, y);
  if (each instanceof Pca || each instanceof Mds || each instanceof StandardScaler) return (x) => each.fit(x);
  return (x, _, labels) => each.fit(x, labels);
}

/** All numbers that a fit holds, wherever they are. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (value instanceof Float64Array || value instanceof Float32Array || value instanceof Int32Array)
    return [...value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(numbersIn);
}

function data(rows: number, columns: number, seed = 1) {
  const random = Random.for(seed, 'contract');
  const x = { rows, columns, data: Float64Array.from({ length: rows * columns }, () => random.normal()) };
  const y = Float64Array.from({ length: rows }, (_, i) => x.data[i * columns]! + 0.1 * random.normal());
  return { x, y, labels: Int32Array.from(y, (value) => (value > 0.4 ? 7 : value > -0.4 ? 4 : -1)) };
}

describe.each(Object.entries(estimators))('%s', (_, { settings, learn }) => {
  it('fits twice to the same, and leaves data and settings as they were', () => {
    const { x, y, labels } = data(30, 4);
    const before = JSON.stringify([x, y, labels, settings]);
    expect(learn(x, y, labels)).toEqual(learn(x, y, labels));
    expect(JSON.stringify([x, y, labels, settings])).toBe(before);
  });

  it.each([
    [40, 5],
    [12, 30],
  ])('fits %i rows of %i columns, in float32 as in float64', (rows, columns) => {
    const { x, y, labels } = data(rows, columns);
    // Numbers that both can hold come to the same but for rounding: float32 is summed up in float32.
    const single = Float32Array.from(x.data);
    const double = Float64Array.from(single);
    const [a, b] = eachOf([single, double], (values) => numbersIn(learn({ ...x, data: values }, y, labels)));
    expect(a.length).toBeGreaterThan(1);
    expect(a.length).toBe(b.length);
    const largest = Math.max(...b.map(Math.abs));
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-3 * largest);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d and says where it stands', (bad) => {
    const { x, y, labels } = data(30, 4);
    x.data[9] = bad;
    expect(() => learn(x, y, labels)).toThrow(new RegExp(`holds ${bad} in row 2, column 1`));
  });

  it('refuses what is empty, or not as long as it says', () => {
    const { x, y, labels } = data(30, 4);
    const empty = matrixOf([]);
    expect(() => learn(empty, new Float64Array(), new Int32Array())).toThrow(/empty/);
    expect(() => learn({ ...x, rows: 29 }, y, labels)).toThrow(ForeframeError);
  });
});

describe.each(['Ridge', 'RidgeCV', 'LinearSvm', 'LogisticRegression', 'NearestNeighbours'])('%s', (name) => {
  const { learn } = required(estimators, name);

  it('refuses targets of another length, and rows of other columns once it is fitted', () => {
    const { x, y, labels } = data(30, 4);
    expect(() => learn(x, y.slice(1), labels.slice(1))).toThrow(/30 rows but y has 29/);
    const fitted = learn(x, y, labels) as { predict(x: Matrix): unknown };
    expect(() => fitted.predict(data(5, 3).x)).toThrow(/3 columns but was fitted on 4/);
  });

  it('learns what there is to learn', () => {
    const { x, y, labels } = data(200, 4);
    const target = name.startsWith('Ridge') ? y : labels;
    const fitted = learn(x, y, labels) as { score(x: Matrix, y: typeof target): number };
    expect(fitted.score(x, target)).toBeGreaterThan(0.7);
  });
});

describe('several values of C at once', () => {
  it.each([
    [60, 5],
    [24, 40],
  ])('give what each gives alone, in their order, on %i rows of %i columns', (rows, columns) => {
    const { x, labels } = data(rows, columns);
    const Cs = [10, 0.01, 1];
    const settings = { tolerance: 1e-9 };
    const svms = new LinearSvm(settings).fitEach(x, labels, Cs);
    const logistics = new LogisticRegression(settings).fitEach(x, labels, Cs);
    Cs.forEach((C, at) => {
      const svm = new LinearSvm({ ...settings, C }).fit(x, labels);
      const logistic = new LogisticRegression({ ...settings, C }).fit(x, labels);
      expect(svms[at]!.converged && logistics[at]!.converged).toBe(true);
      expect(apart(svms[at]!.coefficients, [...svm.coefficients])).toBeLessThan(1e-6);
      expect(apart(logistics[at]!.coefficients, [...logistic.coefficients])).toBeLessThan(1e-5);
    });
    expect(() => new LinearSvm().fitEach(x, labels, [1, -1])).toThrow(/C must be a number above 0, not -1/);
  });
});

describe('targets without anything to learn', () => {
  const { x } = data(30, 4);

  it('one class is refused', () => {
    const same = new Int32Array(30).fill(4);
    for (const each of [new LinearSvm(), new LogisticRegression(), new NearestNeighbours()])
      expect(() => each.fit(x, same)).toThrow(/all rows are of class 4/);
  });

  it('a constant target is predicted as it is', () => {
    const constant = new Float64Array(30).fill(2.5);
    for (const each of [new Ridge({ penalty: 1 }), new RidgeCV()]) {
      const fitted = each.fit(x, constant);
      expect([...fitted.coefficients]).toEqual([0, 0, 0, 0]);
      for (const value of fitted.predict(x)) expect(value).toBe(2.5);
    }
  });

  it('too few rows for the neighbours asked for is refused', () => {
    const { x: few, labels } = data(10, 4);
    expect(() => new NearestNeighbours().fit(few, labels)).toThrow(/20 neighbours/);
  });
});

describe('settings', () => {
  it('that make no sense are refused at once, by name', () => {
    expect(() => new Ridge({ penalty: 0 })).toThrow(UsageError);
    expect(() => new RidgeCV({ penalties: [] })).toThrow(/penalties/);
    expect(() => new LinearSvm({ C: -1 })).toThrow(/C must be a number above 0, not -1/);
    expect(() => new LogisticRegression({ tolerance: Number.NaN })).toThrow(/tolerance/);
    expect(() => new NearestNeighbours({ neighbours: 1.5 })).toThrow(/neighbours must be a whole number/);
    expect(() => new Pca({ components: 0 })).toThrow(/components/);
    expect(() => new Mds({ starts: 0 })).toThrow(/starts/);
  });
});
