import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/common/random.js';
import { compile, loadTensorFlow, tf } from '../../src/index.js';

beforeAll(async () => {
  await loadTensorFlow();
});

/** Σ over the pixels under the kernel of x dyᵀ, for dy = 1. */
function reference(x: Float32Array, [h, w, ci, co]: readonly [number, number, number, number], step: number) {
  const sums = new Float64Array(ci);
  for (let row = 0; row < h; row += step)
    for (let column = 0; column < w; column += step)
      for (let c = 0; c < ci; c++) sums[c]! += x[(row * w + column) * ci + c]!;
  return Float32Array.from({ length: ci * co }, (_, i) => sums[Math.floor(i / co)]!);
}

describe('the gradient of a strided 1×1 convolution by its weights', () => {
  // On native TensorFlow these wrote past the end of memory: the process ended within some hundred runs.
  for (const mode of ['graph', 'eager'] as const)
    for (const [h, w, ci, co, step] of [
      [6, 12, 2, 1, 2],
      [6, 12, 2, 2, 2],
      [9, 7, 2, 1, 3],
      [8, 8, 3, 16, 2],
    ] as const)
      it(`is exact, and leaves memory alone: ${h}×${w}×${ci} to ${co}, every ${step}, ${mode}`, () => {
        const random = Random.for(1, 'pixels');
        const x = Float32Array.from({ length: h * w * ci }, () => random.normal());
        const program = compile(
          {
            variables: { filter: { shape: [1, 1, ci, co], data: new Float32Array(ci * co) } },
            entries: {
              gradient: {
                inputs: { x: { shape: [1, h, w, ci], dtype: 'float32' } },
                run: ({ x }, { variables }) => ({
                  same: tf.grad((filter) =>
                    tf.sum(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, step, 'same')),
                  )(variables.filter),
                  valid: tf.grad((filter) =>
                    tf.sum(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, step, 'valid')),
                  )(variables.filter),
                }),
              },
            },
          },
          { mode },
        );
        const expected = reference(x, [h, w, ci, co], step);
        for (let run = 0; run < 200; run++) {
          const { same, valid } = program.run('gradient', { x });
          for (const { data } of [same, valid])
            for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 3);
        }
        program.dispose();
      });
});
