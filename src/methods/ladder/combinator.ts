import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';

/** a₁ to a₁₀ of every channel. */
const ROWS = 10;
/** a₂ and a₇ start at 1, all others at 0: a first estimate is 0. */
const ONES = [1, 6];

/** Weights of the combinator `<name>`, `[10, channels]`. */
export function combinatorParameters(name: string, channels: number): Named<HostArray> {
  const data = Float32Array.from({ length: ROWS * channels }, (_, at) =>
    ONES.includes(Math.floor(at / channels)) ? 1 : 0,
  );
  return { [name]: { shape: [ROWS, channels], data } };
}

/**
 * What a value was before its noise, guessed from what comes from above (Rasmus, Berglund, Honkala, Valpola & Raiko 2015, arXiv
 * 1507.02672, equation 2): ẑ = (z̃ − μ(u)) v(u) + μ(u), with μ and v each a₁ σ(a₂ u + a₃) + a₄ u + a₅ of their own.
 * @param noisy z̃, `[n, …, channels]`
 * @param above u, of the same shape or `[n, 1, 1, channels]`
 */
export function combined(parameters: Named<Tensor>, name: string, noisy: Tensor, above: Tensor): Tensor {
  const rows = tf.unstack(tensorOf<tf.Tensor2D>(parameters, name), 0);
  const curve = (first: number) => {
    const [a1, a2, a3, a4, a5] = rows.slice(first, first + 5) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const bent = tf.mul(a1, tf.sigmoid(tf.add(tf.mul(a2, above), a3)));
    return tf.add(bent, tf.add(tf.mul(a4, above), a5));
  };
  const [mean, share] = [curve(0), curve(5)];
  return tf.add(tf.mul(tf.sub(noisy, mean), share), mean);
}
