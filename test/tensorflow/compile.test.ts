import { describe, expect, it, vi } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { required } from '../../src/common/required.js';
import tf, { type Scalar } from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { Feed, Named, Program, ProgramSpec } from '../../src/tensorflow/spec/program.js';
import { classifier, native, normal, patches, recurrent, worst } from './programs.js';

const rate = { shape: [], dtype: 'float32' } as const;

function withProgram<T>(
  spec: ProgramSpec,
  mode: 'graph' | 'eager' | 'auto',
  use: (program: Program) => T,
): T {
  const program = compile(spec, { mode });
  try {
    return use(program);
  } finally {
    program.dispose();
  }
}

/** Losses of `steps` steps on feeds that come round and round. */
function losses(program: Program, feeds: readonly Named<Feed>[], steps: number): number[] {
  return Array.from(
    { length: steps },
    (_, i) => required(program.run('train', feeds[i % feeds.length]!), 'loss').data[0]!,
  );
}

function pictureFeeds(batch: number): Named<Feed>[] {
  return [1, 2, 3].map((seed) => ({ ...patches(batch, seed), rate: 0.003 }));
}

describe.runIf(native)('a compiled program', () => {
  it('is one graph on native TensorFlow', () => {
    withProgram(classifier(4), 'auto', ({ mode }) => expect(mode).toBe('graph'));
  });

  it.each([
    ['a classifier', classifier(16), pictureFeeds(16)],
    [
      'an LSTM between encoder and decoder',
      recurrent(),
      [5, 6].map((seed) => ({ frames: normal([3, 4, 8, 8, 1], 0.5, seed).data, rate: 0.003 })),
    ],
  ])('computes the same losses as the eager one over 50 steps: %s', (_, spec, feeds) => {
    const graph = withProgram(spec, 'graph', (program) => losses(program, feeds, 50));
    const eager = withProgram(spec, 'eager', (program) => losses(program, feeds, 50));
    expect(worst(graph, eager)).toBeLessThan(1e-5);
    expect(graph[49]!).toBeLessThan(graph[0]!);
  });

  it('learns to tell pictures apart', () => {
    withProgram(classifier(32), 'graph', (program) => {
      for (let seed = 1; seed <= 120; seed++) program.run('train', { ...patches(32, seed), rate: 0.003 });
      const { pictures, labels } = patches(32, 999);
      const found = required(program.run('predict', { pictures }), 'labels');
      const right = labels.filter((label, i) => label === found.data[i]).length;
      expect(right).toBeGreaterThanOrEqual(31);
      expect(found.shape).toEqual([32]);
    });
  });

  it('keeps variables, optimizer state and the place in random numbers across modes', () => {
    const spec = recurrent();
    const feeds = [{ frames: normal([3, 4, 8, 8, 1], 0.5, 5).data, rate: 0.003 }];
    for (const [from, to] of [
      ['graph', 'eager'],
      ['eager', 'graph'],
    ] as const)
      withProgram(spec, from, (first) => {
        losses(first, feeds, 3);
        const saved = first.state();
        const next = losses(first, feeds, 3);
        withProgram(spec, to, (second) => {
          second.restore(saved);
          expect(worst(losses(second, feeds, 3), next)).toBeLessThan(1e-5);
          expect(Object.keys(second.state())).toEqual(Object.keys(saved));
        });
      });
  });

  it('restores a part, and refuses unknown names and other shapes', () => {
    withProgram(classifier(2), 'graph', (program) => {
      const before = program.state();
      program.restore({ offset: normal([10], 3) });
      expect(required(program.state(), 'offset').data).toEqual(normal([10], 3).data);
      expect(required(program.state(), 'weight').data).toEqual(required(before, 'weight').data);
      expect(() => program.restore({ ofset: normal([10], 3) })).toThrow(/no variable ofset/);
      expect(() => program.restore({ offset: normal([9], 3) })).toThrow(/\[10\].*\[9\]/);
    });
  });

  it('does not share memory with what it was given or gives', () => {
    const spec = classifier(2);
    withProgram(spec, 'graph', (program) => {
      const given = normal([10], 1);
      program.restore({ offset: given });
      given.data.fill(7);
      required(program.state(), 'offset').data.fill(8);
      expect(required(program.state(), 'offset').data).toEqual(normal([10], 1).data);
    });
  });

  it('takes bytes from shared memory', () => {
    const { pictures } = patches(2, 1);
    const shared = new Uint8Array(new SharedArrayBuffer(pictures.length));
    shared.set(pictures);
    withProgram(classifier(2), 'graph', (program) => {
      expect(program.run('predict', { pictures: shared })).toEqual(program.run('predict', { pictures }));
    });
  });

  it('holds no more tensors after many steps, and none when disposed', () => {
    const before = tf.memory().numTensors;
    withProgram(classifier(4), 'graph', (program) => {
      const compiled = tf.memory().numTensors;
      losses(program, pictureFeeds(4), 300);
      expect(tf.memory().numTensors).toBe(compiled);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

const modes = native ? (['eager', 'graph'] as const) : (['eager'] as const);

describe.each(modes)('a program in mode %s', (mode) => {
  it('minimizes several losses in the order in which they stand', () => {
    const spec: ProgramSpec = {
      variables: { a: normal([2], 1), b: normal([2], 1, 2) },
      entries: {
        train: {
          inputs: {},
          run: (_, step) => {
            const square = (name: string) => tf.sum(tf.square(required(step.variables, name))) as Scalar;
            const options = { optimizer: { kind: 'sgd' }, learningRate: tf.scalar(0.25) } as const;
            const first = step.minimize(() => square('a'), { ...options, variables: ['a'], name: 'first' });
            const second = step.minimize(() => tf.mul(square('a'), square('b')), {
              ...options,
              variables: ['b'],
              name: 'second',
            });
            return { first: first.loss, second: second.loss };
          },
        },
      },
    };
    withProgram(spec, mode, (program) => {
      const { a, b } = program.state();
      const norm = (x: ArrayLike<number>) => x[0]! ** 2 + x[1]! ** 2;
      const { first, second } = program.run('train', {});
      expect(first!.data[0]).toBeCloseTo(norm(a!.data), 5);
      // The step halves a: the second loss is computed from the moved one.
      expect(second!.data[0]).toBeCloseTo((norm(a!.data) / 4) * norm(b!.data), 5);
      expect(Object.keys(program.state())).toEqual(['a', 'b', 'first/step', 'second/step']);
    });
  });

  it('assigns, and what follows sees the new value', () => {
    const spec: ProgramSpec = {
      variables: { average: { shape: [], data: Float32Array.of(0) } },
      entries: {
        watch: {
          inputs: { x: rate },
          run: ({ x }, step) => {
            const before = tf.add(required(step.variables, 'average'), 0);
            step.assign('average', tf.add(tf.mul(required(step.variables, 'average'), 0.5), tf.mul(x!, 0.5)));
            return { before, after: required(step.variables, 'average') };
          },
        },
        read: { inputs: {}, run: (_, step) => ({ average: required(step.variables, 'average') }) },
      },
    };
    withProgram(spec, mode, (program) => {
      const { before, after } = program.run('watch', { x: 4 });
      expect([before!.data[0], after!.data[0]]).toEqual([0, 2]);
      expect(required(program.run('watch', { x: 4 }), 'after').data[0]).toBe(3);
      expect(required(program.run('read', {}), 'average').data[0]).toBe(3);
      expect(required(program.run('read', {}), 'average').data[0]).toBe(3);
    });
  });

  it('takes several steps in one call', () => {
    const spec: ProgramSpec = {
      variables: { w: normal([3], 1) },
      entries: {
        train: {
          inputs: { rate },
          run: ({ rate }, step) => {
            const options = { optimizer: { kind: 'adam' }, learningRate: rate as Scalar } as const;
            const losses = [1, 2, 3].map(
              () =>
                step.minimize(() => tf.sum(tf.square(required(step.variables, 'w'))) as Scalar, options).loss,
            );
            return { losses: tf.stack(losses) };
          },
        },
      },
    };
    withProgram(spec, mode, (program) => {
      const { data } = required(program.run('train', { rate: 0.1 }), 'losses');
      expect(data[1]!).toBeLessThan(data[0]!);
      expect(data[2]!).toBeLessThan(data[1]!);
      expect(required(program.state(), 'optimizer/step').data[0]).toBe(3);
    });
  });

  it('draws other numbers each time, and the same again from a restored state', () => {
    const spec = {
      variables: { w: normal([1], 1) },
      seed: 3,
      entries: {
        draw: {
          inputs: {},
          run: (_: unknown, step: Parameters<ProgramSpec['entries'][string]['run']>[1]) => ({
            uniform: step.randomUniform([1000]),
            normal: step.randomNormal([1000]),
          }),
        },
      },
    };
    withProgram(spec, mode, (program) => {
      const first = program.run('draw', {});
      const saved = program.state();
      const second = program.run('draw', {});
      expect(required(second, 'uniform').data).not.toEqual(required(first, 'uniform').data);
      program.restore(saved);
      expect(program.run('draw', {})).toEqual(second);
      const mean = Array.from(required(first, 'normal').data).reduce((a, b) => a + b, 0) / 1000;
      expect(Math.abs(mean)).toBeLessThan(0.15);
      expect(Math.min(...required(first, 'uniform').data)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...required(first, 'uniform').data)).toBeLessThan(1);
      if (mode === 'graph')
        withProgram(spec, 'eager', (eager) => expect(eager.run('draw', {})).toEqual(first));
    });
  });

  it('draws inside a loss too, and leaves no tensors behind', () => {
    const spec: ProgramSpec = {
      variables: { w: normal([50], 1) },
      entries: {
        train: {
          inputs: { rate },
          run: ({ rate }, step) => {
            const dropped = () =>
              tf.mul(required(step.variables, 'w'), tf.greater(step.randomUniform([50]), 0.5));
            const loss = () => tf.sum(tf.add(tf.square(dropped()), tf.square(dropped()))) as Scalar;
            return {
              ...step.minimize(loss, { optimizer: { kind: 'sgd' }, learningRate: rate as Scalar }),
              later: step.randomNormal([3]),
            };
          },
        },
      },
    };
    withProgram(spec, mode, (program) => {
      const first = program.run('train', { rate: 0 });
      const before = tf.memory().numTensors;
      const second = program.run('train', { rate: 0 });
      expect(tf.memory().numTensors).toBe(before);
      expect(required(second, 'loss').data[0]).not.toBe(required(first, 'loss').data[0]);
      expect(required(second, 'later').data).not.toEqual(required(first, 'later').data);
    });
  });

  it('moves only what the loss depends on', () => {
    const spec: ProgramSpec = {
      variables: { used: normal([2], 1), unused: normal([2], 1) },
      entries: {
        train: {
          inputs: { rate },
          run: ({ rate }, step) =>
            step.minimize(() => tf.sum(required(step.variables, 'used')) as Scalar, {
              optimizer: { kind: 'adam' },
              learningRate: rate as Scalar,
            }),
        },
      },
    };
    withProgram(spec, mode, (program) => {
      program.run('train', { rate: 1 });
      expect(Object.keys(program.state())).toEqual([
        'optimizer/step',
        'optimizer/used/first',
        'optimizer/used/second',
        'unused',
        'used',
      ]);
      expect(required(program.state(), 'unused').data).toEqual(normal([2], 1).data);
    });
  });

  it('says what is wrong with a call', () => {
    withProgram(classifier(2), mode, (program) => {
      const { pictures } = patches(2, 1);
      expect(() => program.run('foresee', {})).toThrow('no entry foresee; there are: train, predict');
      expect(() => program.run('predict', {})).toThrow('input predict.pictures is missing');
      expect(() => program.run('predict', { pictures: pictures.subarray(1) })).toThrow(
        'input predict.pictures holds 287 values, [2,12,12,1] needs 288',
      );
    });
  });
});

describe('an op that has no place in a graph', () => {
  const spec: ProgramSpec = {
    variables: { logits: normal([1, 4], 1) },
    entries: {
      draw: {
        inputs: {},
        run: (_, step) => ({ drawn: tf.multinomial(step.variables.logits as tf.Tensor2D, 5) }),
      },
    },
  };

  it.runIf(native)('makes the program run eagerly, with one warning that names it', () => {
    const warn = vi.fn();
    const program = compile(spec, { warn });
    expect(program.mode).toBe('eager');
    expect(required(program.run('draw', {}), 'drawn').shape).toEqual([1, 5]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('Multinomial')]]);
    program.dispose();
  });

  it.runIf(native)('is refused, with a code of its own, where only a graph will do', () => {
    const compiled = () => compile(spec, { mode: 'graph' });
    expect(compiled).toThrow(ForeframeError);
    expect(compiled).toThrow(expect.objectContaining({ code: 'unsupported-op', op: 'Multinomial' }));
  });
});
