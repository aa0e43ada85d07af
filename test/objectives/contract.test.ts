import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { required } from '../../src/common/required.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Named, Program } from '../../src/tensorflow/spec/program.js';
import { type Objective, objectives } from './objectives.js';

/** What every file in src/objectives promises. One that is not in the table fails. */

const root = join(import.meta.dirname, '..', '..', 'src', 'objectives');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

let modes: ('graph' | 'eager')[] = ['eager'];
beforeAll(async () => {
  if ((await loadTensorFlow({ precision: 'full' })).backend === 'tensorflow') modes = ['graph', 'eager'];
});

/** Values that a network comes to: usual ones, at the ends of a range, and such that all difference is gone. */
const FILLS: Record<string, (random: Random, at: number) => number> = {
  ordinary: (random) => random.uniform(),
  'of either sign': (random) => random.normal(),
  'all 0': () => 0,
  'all 1': () => 1,
  '0 and 1': (_, at) => at % 2,
  'large, of either sign': (_, at) => (at % 3 === 0 ? 1e4 : -1e4),
  'the same one far above': (_, at) => (at % 2 === 0 ? 1e4 : -1e4),
};

/** Value and gradients of an objective, in every mode that there is. */
function programsOf({ of, shapes, constants = 0 }: Objective): Program[] {
  const inputs = Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, { shape: [...shape], dtype: 'float32' as const }]),
  );
  const run = (given: Named<Tensor>): Named<Tensor> => {
    const all = shapes.map((_, i) => required(given, `x${i}`));
    const moved = all.slice(0, all.length - constants);
    const value = of(...all);
    if (moved.length === 0) return { value };
    // Zero times each keeps those in that an objective takes for constants: tfjs refuses what nothing depends on.
    const sum = (...xs: Tensor[]) =>
      xs.reduce<Tensor>(
        (total, x) => tf.add(total, tf.mul(tf.sum(x), 0)),
        tf.sum(of(...xs, ...all.slice(moved.length))),
      );
    const gradients = tf.grads((...xs: Tensor[]) => sum(...xs))(moved);
    return { value, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient${i}`, gradient])) };
  };
  return modes.map((mode) => compile({ variables: {}, entries: { loss: { inputs, run } } }, { mode }));
}

it('the table has every file of src/objectives', () => {
  expect([...new Set(objectives.map(({ file }) => file))].sort()).toEqual(
    files.map((name) => name.slice(0, -3)).sort(),
  );
});

it.each(files)('%s names its source', (file) => {
  const comments = readFileSync(join(root, file), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  expect(comments.join('\n')).toMatch(/\b(19|20)\d\d\b|arXiv \d{4}\.\d{4,5}|textbook/);
});

describe.each(objectives.map((objective) => [objective.name, objective] as const))('%s', (_, objective) => {
  const { shapes, known, infinite = [] } = objective;
  let programs: Program[] = [];
  beforeAll(() => {
    programs = programsOf(objective);
  });
  afterAll(() => {
    for (const program of programs) program.dispose();
  });
  const measured = (values: readonly Float32Array[]): Named<number[]>[] =>
    programs.map((program) => {
      const outputs = program.run('loss', Object.fromEntries(values.map((data, i) => [`x${i}`, data])));
      return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]]));
    });
  const filled = (fill: keyof typeof FILLS) =>
    shapes.map((shape, i) => {
      const random = Random.for(i, String(fill));
      const count = shape.reduce((a, b) => a * b, 1);
      return Float32Array.from({ length: count }, (_, at) =>
        required(FILLS, fill)(random, fill === '0 and 1' ? at + i : at),
      );
    });

  it('has its known value', () => {
    for (const { value } of measured(known.given.map((values) => Float32Array.from(values))))
      value!.forEach((each, i) => {
        expect(each).toBeCloseTo([known.value].flat()[i]!, 5);
      });
  });

  it.each(Object.keys(FILLS))('is finite and has finite gradients for values %s, as a graph too', (fill) => {
    const [first, ...others] = measured(filled(fill));
    // What its doc comment says of equal frames.
    if (infinite.includes(fill)) return expect(first!.value).toEqual([Number.POSITIVE_INFINITY]);
    for (const [name, values] of Object.entries(first!)) {
      expect(
        values.filter((each) => !Number.isFinite(each)),
        name,
      ).toEqual([]);
      for (const other of others)
        required(other, name).forEach((each, i) => {
          expect(Math.abs(each - values[i]!), name).toBeLessThanOrEqual(
            1e-4 * Math.max(1, Math.abs(values[i]!)),
          );
        });
    }
  });

  it('is moved by what it is of', () => {
    const [{ value, ...gradients }] = measured(filled('of either sign')) as [Named<number[]>];
    expect(Object.keys(gradients)).toHaveLength(shapes.length - (objective.constants ?? 0));
    const moving = Object.values(gradients).filter((gradient) => gradient.some((each) => each !== 0));
    expect(moving.length).toBe(objective.moves ?? Object.keys(gradients).length);
    expect(value!.length).toBeGreaterThan(0);
  });
});
