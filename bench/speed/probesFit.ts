// Time one fit of an estimator of foreframe. Argument: a JSON object (see probes.ts); prints a JSON object.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type FittedLinearClassifier,
  type FittedRidge,
  fastestAlgebra,
  LinearSvm,
  LogisticRegression,
  type Matrix,
  Ridge,
  RidgeCV,
} from '../../src/analysis/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import type { ProbeTask } from './probes.js';

const { method, folder, rows, columns, penalty, penalties, C, threads } = JSON.parse(
  process.argv[2]!,
) as ProbeTask;
await loadTensorFlow({ threads });
const algebra = await fastestAlgebra();
const bytes = (file: string) => new Uint8Array(readFileSync(join(folder, file))).buffer;
const x: Matrix = { rows, columns, data: new Float32Array(bytes('x.f32')) };
const targets = new Float64Array(bytes('y.f64'));
const y: Matrix = { rows, columns: targets.length / rows, data: targets };
const labels = new Int32Array(bytes('labels.i32'));

const methods: Record<ProbeTask['method'], () => () => number> = {
  ridge: () => {
    const fitted = new Ridge({ penalty }, algebra).fit(x, y);
    return () => ridgeObjective(fitted);
  },
  ridgeCV: () => {
    const fitted = new RidgeCV({ penalties }, algebra).fit(x, y);
    return () => fitted.penalties[0]!;
  },
  svm: () => {
    const fitted = new LinearSvm({ C, tolerance: 1e-5 }, algebra).fit(x, labels);
    return () => svmObjective(fitted);
  },
  logistic: () => {
    const fitted = new LogisticRegression({ C, tolerance: 1e-4 }, algebra).fit(x, labels);
    return () => logisticObjective(fitted);
  },
};
const [start, before] = [performance.now(), process.cpuUsage()];
const objective = methods[method]();
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6, objective: objective() }));

function sumOf(values: Float64Array, each: (value: number, i: number) => number): number {
  let sum = 0;
  values.forEach((value, i) => {
    sum += each(value, i);
  });
  return sum;
}

function ridgeObjective(fitted: FittedRidge): number {
  const prediction = fitted.predict(x);
  const square = sumOf(fitted.coefficients, (value) => value ** 2);
  return sumOf(prediction, (value, i) => (value - targets[i]!) ** 2) + penalty * square;
}

function svmObjective(fitted: FittedLinearClassifier): number {
  const k = fitted.classes.length;
  const square = (values: Float64Array) => sumOf(values, (value) => value ** 2);
  const loss = sumOf(fitted.decision(x), (value, i) => {
    const sign = fitted.classes[i % k] === labels[Math.floor(i / k)] ? 1 : -1;
    return Math.max(0, 1 - sign * value) ** 2;
  });
  return (square(fitted.coefficients) + square(fitted.intercepts)) / 2 + C * loss;
}

function logisticObjective(fitted: FittedLinearClassifier): number {
  const k = fitted.classes.length;
  const z = fitted.decision(x);
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const row = z.subarray(i * k, (i + 1) * k);
    const largest = Math.max(...row);
    const own = row[fitted.classes.indexOf(labels[i]!)]!;
    loss += Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0)) - (own - largest);
  }
  return sumOf(fitted.coefficients, (value) => value ** 2) / 2 + C * loss;
}
