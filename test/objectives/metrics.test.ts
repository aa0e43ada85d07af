import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { meanAbsoluteGradient } from '../../src/objectives/images/absoluteGradient.js';
import { meanAbsoluteError } from '../../src/objectives/images/meanAbsoluteError.js';
import { peakSignalToNoise } from '../../src/objectives/images/peakSignalToNoise.js';
import { sharpness } from '../../src/objectives/images/sharpness.js';
import { squaredError } from '../../src/objectives/images/squaredError.js';
import { structuralSimilarity } from '../../src/objectives/images/structuralSimilarity.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor4D } from '../../src/tensorflow/backend/tf.js';
import { loadWasm } from '../../src/tensorflow/backend/wasm/wasm.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Named, Program } from '../../src/tensorflow/spec/program.js';

const METRICS = {
  squaredError,
  meanAbsoluteError,
  peakSignalToNoise,
  structuralSimilarity,
  sharpness,
  meanAbsoluteGradient,
};
const NAMES = Object.keys(METRICS) as (keyof typeof METRICS)[];
type Case = Record<keyof typeof METRICS, number> & {
  shape: [number, number, number];
  prediction: number[];
  truth: number[];
};
const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'metrics.json'), 'utf8'),
) as Record<string, Case>;

const frames = (bytes: number[]) => Float32Array.from(bytes, (value) => value / 255);
const programs = new Map<string, Program>();

/** All metrics of frames `[n, ...shape]`, as a training engine computes them. */
function metricsOf(shape: number[], prediction: Float32Array, truth: Float32Array): Named<number[]> {
  const size = [truth.length / shape.reduce((a, b) => a * b), ...shape];
  const input = { shape: size, dtype: 'float32' } as const;
  const key = `${tf.getBackend()} ${size}`;
  let program = programs.get(key);
  if (!program) {
    program = compile({
      variables: {},
      entries: {
        measure: {
          inputs: { prediction: input, truth: input },
          run: (inputs) => {
            const [a, b] = [inputs.prediction as Tensor4D, inputs.truth as Tensor4D];
            return Object.fromEntries(Object.entries(METRICS).map(([name, metric]) => [name, metric(a, b)]));
          },
        },
      },
    });
    programs.set(key, program);
  }
  const outputs = program.run('measure', { prediction, truth });
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]]));
}

function expectAgreement(expected: Case) {
  const measured = metricsOf(expected.shape, frames(expected.prediction), frames(expected.truth));
  for (const metric of NAMES) {
    // Decibels are in the tens, sums in the hundreds: what float32 can hold of them.
    const tolerance = 1e-5 * Math.max(1, Math.abs(expected[metric]));
    expect(Math.abs(required(measured, metric)[0]! - expected[metric]), metric).toBeLessThan(tolerance);
  }
}

beforeAll(() => loadTensorFlow());
afterAll(() => {
  for (const program of programs.values()) program.dispose();
});

describe('metrics of frames', () => {
  it.each(Object.keys(cases))('agree with scikit-image and NumPy: %s', (name) => {
    expectAgreement(required(cases, name));
  });

  it('are best for equal frames', () => {
    const { shape, truth } = required(cases, 'noise');
    const frame = frames(truth);
    const measured = metricsOf(shape, frame, frame);
    expect(measured.squaredError).toEqual([0]);
    expect(measured.meanAbsoluteError).toEqual([0]);
    expect(required(measured, 'structuralSimilarity')[0]).toBeCloseTo(1, 6);
    expect(measured.peakSignalToNoise).toEqual([Number.POSITIVE_INFINITY]);
    expect(measured.sharpness).toEqual([Number.POSITIVE_INFINITY]);
  });

  it('are those of each frame by itself', () => {
    const { shape, prediction, truth } = required(cases, 'noise');
    const other = required(cases, 'blur');
    const both = metricsOf(
      shape,
      frames([...prediction, ...other.prediction]),
      frames([...truth, ...other.truth]),
    );
    for (const metric of NAMES) {
      expect(required(both, metric)[0]).toBeCloseTo(required(cases, 'noise')[metric], 3);
      expect(required(both, metric)[1]).toBeCloseTo(other[metric], 3);
    }
  });

  it('tell blur from noise', () => {
    const truth = required(cases, 'blur').truth;
    const gradient = (name: string) => required(cases, name).meanAbsoluteGradient;
    const { shape } = required(cases, 'blur');
    const sharp = required(metricsOf(shape, frames(truth), frames(truth)), 'meanAbsoluteGradient')[0]!;
    expect(gradient('blur')).toBeLessThan(0.9 * sharp);
    expect(gradient('noise')).toBeGreaterThan(1.1 * sharp);
  });

  it('need frames that hold the window of structural similarity', () => {
    const small = tf.zeros([1, 10, 64, 1]) as Tensor4D;
    expect(() => structuralSimilarity(small, small)).toThrow('at least 11×11 pixels, these have 10×64');
    small.dispose();
  });

  it('are the same on the fallback', async () => {
    await loadWasm();
    for (const each of Object.values(cases)) expectAgreement(each);
    const { shape, truth } = required(cases, 'noise');
    expect(metricsOf(shape, frames(truth), frames(truth)).peakSignalToNoise).toEqual([
      Number.POSITIVE_INFINITY,
    ]);
  });
});
