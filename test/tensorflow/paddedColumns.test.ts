import { describe, expect, it } from 'vitest';
import { eachOf } from '../../src/common/eachOf.js';
import { required } from '../../src/common/required.js';
import { nativeBackend } from '../../src/tensorflow/backend/native.js';
import tf, { type Scalar, type Tensor } from '../../src/tensorflow/backend/tf.js';
import { useNativeGradients } from '../../src/tensorflow/gradients/gradients.js';
import { reachable } from '../../src/tensorflow/graph/graph.js';
import { padColumns } from '../../src/tensorflow/graph/paddedColumns.js';
import { VariableTable } from '../../src/tensorflow/graph/variableTable.js';
import { checkedTrace } from '../../src/tensorflow/program/checkedTrace.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import { prepareEntry } from '../../src/tensorflow/program/entryGraph.js';
import { entryOf } from '../../src/tensorflow/spec/entry.js';
import type { OptimizerSpec } from '../../src/tensorflow/spec/optimizers.js';
import type { Feed, Named, ProgramSpec } from '../../src/tensorflow/spec/program.js';
import { native, normal, worst } from './programs.js';

const WIDE = 1024;
const rate = { shape: [], dtype: 'float32' } as const;
const picture = { shape: [4, WIDE], dtype: 'float32' } as const;

interface Options {
  readonly optimizer: OptimizerSpec;
  readonly clipNorm?: number;
  /** What is added to the loss. */
  readonly penalty?: (weight: Tensor) => Scalar;
}

/** A dense layer and one that is gone through three times, both with rows of exactly a page. */
function dense({ optimizer, clipNorm, penalty }: Options): ProgramSpec {
  const answer = (x: Tensor, v: Named<Tensor>) => {
    let h = tf.tanh(tf.add(tf.matMul(x, required(v, 'input')), required(v, 'bias')));
    for (let i = 0; i < 3; i++) h = tf.tanh(tf.matMul(h, required(v, 'recurrent')));
    return h;
  };
  return {
    variables: {
      bias: normal([WIDE], 0.1),
      input: normal([WIDE, WIDE], 0.03, 2),
      recurrent: normal([WIDE, WIDE], 0.03, 3),
    },
    entries: {
      train: entryOf({ x: picture, rate }, ({ x, rate: learningRate }, step) => {
        const loss = () => {
          const error = tf.mean(tf.squaredDifference(answer(x, step.variables), 0.3)) as Scalar;
          return penalty ? tf.add<Scalar>(error, penalty(required(step.variables, 'recurrent'))) : error;
        };
        return { ...step.minimize(loss, { optimizer, learningRate, clipNorm }) };
      }),
      predict: entryOf({ x: picture }, ({ x }, { variables }) => ({ y: answer(x, variables) })),
    },
  };
}

const feeds = [1, 2].map((seed) => ({ x: normal([4, WIDE], 1, seed).data, rate: 0.001 }));

function trained(spec: ProgramSpec, mode: 'graph' | 'eager', given: readonly Named<Feed>[], steps = 6) {
  const program = compile(spec, { mode });
  try {
    const outputs = Array.from({ length: steps }, (_, i) => program.run('train', given[i % given.length]!));
    const state = program.state();
    const y = required(program.run('predict', { x: required(given[0]!, 'x') }), 'y');
    program.restore(state);
    const again = required(program.run('predict', { x: required(given[0]!, 'x') }), 'y');
    return {
      numbers: outputs.flatMap((o) => [required(o, 'loss').data[0]!, required(o, 'gradientNorm').data[0]!]),
      state,
      y,
      again,
    };
  } finally {
    program.dispose();
  }
}

/** Names of the variables that carry zeros. */
function padded(spec: ProgramSpec): string[] {
  useNativeGradients();
  const table = new VariableTable();
  const roots = Object.keys(spec.entries).flatMap(
    (name) => prepareEntry(name, checkedTrace(name, spec, nativeBackend()!, table)).roots,
  );
  return [...padColumns(reachable(roots), table.all).keys()].map(({ name }) => name).sort();
}

describe.runIf(native)('weights whose rows are whole pages', () => {
  it.each<[string, Options, string[]]>([
    ['momentum', { optimizer: { kind: 'sgd', momentum: 0.9 } }, ['velocity']],
    ['RMSProp, clipped', { optimizer: { kind: 'rmsprop' }, clipNorm: 0.01 }, ['square', 'velocity']],
    ['Adam, clipped', { optimizer: { kind: 'adam' }, clipNorm: 0.01 }, ['first', 'second']],
  ])('carry zeros that nobody sees: %s', (_, options, slots) => {
    const spec = dense(options);
    const names = ['input', 'recurrent'];
    const held = names.flatMap((name) => [name, ...slots.map((slot) => `optimizer/${name}/${slot}`)]);
    expect(padded(spec)).toEqual(held.sort());
    const [graph, eager] = [trained(spec, 'graph', feeds), trained(spec, 'eager', feeds)];
    expect(worst(graph.numbers, eager.numbers)).toBeLessThan(1e-5);
    expect(graph.numbers.at(-2)!).toBeLessThan(graph.numbers[0]!);
    expect(graph.y.shape).toEqual([4, WIDE]);
    expect(graph.again).toEqual(graph.y);
    expect(Object.keys(graph.state)).toEqual(Object.keys(eager.state));
    for (const [name, { shape, data }] of Object.entries(graph.state)) {
      expect(shape).toEqual(required(eager.state, name).shape);
      expect(difference(data, required(eager.state, name).data)).toBeLessThan(1e-4);
    }
  });

  it.each<[string, Options]>([
    [
      'in a penalty of its own',
      {
        optimizer: { kind: 'adam' },
        penalty: (w) => tf.mul(tf.sum(tf.abs(w)), 1e-7) as Scalar,
      },
    ],
    ['by decay', { optimizer: { kind: 'adamw' } }],
  ])('stay as they are where they are used otherwise: %s', (_, options) => {
    const spec = dense(options);
    expect(padded(spec)).not.toContain('recurrent');
    const [graph, eager] = [trained(spec, 'graph', feeds), trained(spec, 'eager', feeds)];
    expect(worst(graph.numbers, eager.numbers)).toBeLessThan(1e-5);
  });

  it('stay as they are where both sides of a product are transposed', () => {
    const x = normal([WIDE, 4], 1).data;
    const spec: ProgramSpec = {
      variables: { weight: normal([WIDE, WIDE], 0.03) },
      entries: {
        predict: {
          inputs: { x: { shape: [WIDE, 4], dtype: 'float32' } },
          run: ({ x }, { variables }) => ({ y: tf.matMul(x!, required(variables, 'weight'), true, true) }),
        },
      },
    };
    expect(padded(spec)).toEqual([]);
    const [graph, eager] = eachOf(['graph', 'eager'], (mode) => {
      const program = compile(spec, { mode });
      const { y } = program.run('predict', { x });
      program.dispose();
      return y!.data;
    });
    expect(difference(graph, eager)).toBeLessThan(1e-5);
  });
});

/** Largest difference, as a share of the largest value. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [most, largest] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
    largest = Math.max(largest, Math.abs(b[i]!));
  }
  return largest === 0 ? most : most / largest;
}
